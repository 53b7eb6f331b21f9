package io.heddle.proxy.listen;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

/// ClientHellos for tests: real ones of the JDK, and ones put together octet by octet.
final class Hellos {
    private Hellos() {}

    /// What the JDK's TLS sends first.
    static byte[] real(String serverName, String... protocols) {
        try {
            var engine = SSLContext.getDefault().createSSLEngine();
            engine.setUseClientMode(true);
            var parameters = engine.getSSLParameters();
            if (!serverName.isEmpty()) {
                parameters.setServerNames(List.of(new SNIHostName(serverName)));
            }
            parameters.setApplicationProtocols(protocols);
            engine.setSSLParameters(parameters);
            var out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
            engine.wrap(ByteBuffer.allocate(0), out);
            out.flip();
            var bytes = new byte[out.remaining()];
            out.get(bytes);
            return bytes;
        } catch (NoSuchAlgorithmException | SSLException e) {
            throw new IllegalStateException(e);
        }
    }

    /// A handshake message of a hello with these extensions, not in a record yet.
    static byte[] message(byte[]... extensions) {
        var all = new ByteArrayOutputStream();
        for (var extension : extensions) {
            all.writeBytes(extension);
        }
        var body = new ByteArrayOutputStream();
        body.writeBytes(new byte[] {3, 3});
        body.writeBytes(new byte[32]);
        body.writeBytes(new byte[] {2, 7, 7});
        body.writeBytes(new byte[] {0, 4, 0x0a, 0x0a, 0x13, 0x01});
        body.writeBytes(new byte[] {1, 0});
        body.writeBytes(sized(2, all.toByteArray()));
        var message = new ByteArrayOutputStream();
        message.write(1);
        message.writeBytes(sized(3, body.toByteArray()));
        return message.toByteArray();
    }

    static byte[] extension(int type, byte[] body) {
        var extension = new ByteArrayOutputStream();
        extension.write(type >> 8);
        extension.write(type);
        extension.writeBytes(sized(2, body));
        return extension.toByteArray();
    }

    static byte[] serverName(String name) {
        var entry = new ByteArrayOutputStream();
        entry.write(0);
        entry.writeBytes(sized(2, name.getBytes(StandardCharsets.ISO_8859_1)));
        return extension(0, sized(2, entry.toByteArray()));
    }

    static byte[] protocols(String... names) {
        var list = new ByteArrayOutputStream();
        for (var name : names) {
            list.writeBytes(sized(1, name.getBytes(StandardCharsets.ISO_8859_1)));
        }
        return extension(16, sized(2, list.toByteArray()));
    }

    static byte[] sized(int octets, byte[] body) {
        var out = new ByteArrayOutputStream();
        for (int i = octets - 1; i >= 0; i--) {
            out.write(body.length >> (8 * i));
        }
        out.writeBytes(body);
        return out.toByteArray();
    }

    /// The message in records of at most `size` octets.
    static byte[] records(byte[] message, int size) {
        var out = new ByteArrayOutputStream();
        for (int at = 0; at < message.length; at += size) {
            int count = Math.min(size, message.length - at);
            out.writeBytes(new byte[] {22, 3, 1, (byte) (count >> 8), (byte) count});
            out.write(message, at, count);
        }
        return out.toByteArray();
    }
}
