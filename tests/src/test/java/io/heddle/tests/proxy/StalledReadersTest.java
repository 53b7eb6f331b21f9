package io.heddle.tests.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Readers that never open their windows: what they cost is bounded, and they hold nobody up.
@EnabledOnOs(OS.LINUX)
class StalledReadersTest {
    private static final int STREAMS = 100;
    private static final int SIZE = 10_000_000;
    private static final long BOUND_KIB = 24 * 1024;

    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int WINDOW_UPDATE = 8;
    private static final int END_OF_STREAM_AND_HEADERS = 5;

    @TempDir
    private static Path folder;

    @Test
    void a_hundred_large_answers_that_nobody_reads_cost_at_most_24_mb() throws IOException {
        try (var application = new Application();
                var proxy = ProxyProcess.start(folder, "hop", Bootstraps.hop("hop", application.port()), Map.of())) {
            warm(proxy);
            long before = proxy.residentKib();
            try (var socket = connect(proxy)) {
                var out = socket.getOutputStream();
                begin(out, 0);
                for (int i = 0; i < STREAMS; i++) {
                    request(out, 2 * i + 1, "/large?" + SIZE);
                }
                await("every answer has begun")
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> application.started() >= STREAMS);
                awaitStill(proxy);
                long cost = proxy.residentKib() - before;
                System.out.println(STREAMS + " stalled streams of " + SIZE + " bytes cost " + cost + " KiB");
                assertThat(cost)
                        .as("KiB more resident for %d streams of %d bytes", STREAMS, SIZE)
                        .isLessThanOrEqualTo(BOUND_KIB);
            }
        }
    }

    @Test
    void stalled_streams_hold_up_no_other_of_their_connection() throws IOException {
        try (var application = new Application();
                var proxy = ProxyProcess.start(folder, "hop", Bootstraps.hop("hop", application.port()), Map.of());
                var socket = connect(proxy)) {
            var out = socket.getOutputStream();
            begin(out, 1_000_000_000);
            for (int i = 0; i < 50; i++) {
                request(out, 2 * i + 1, "/large?" + SIZE);
            }
            await("every answer has begun").atMost(Duration.ofSeconds(60)).until(() -> application.started() >= 50);
            request(out, 1001, "/");
            assertThat(answerOf(socket, 1001)).isEqualTo("hello");
        }
    }

    /// The same once with little, so that classes are loaded and pools are there.
    private static void warm(ProxyProcess proxy) throws IOException {
        for (int round = 0; round < 20; round++) {
            try (var socket = connect(proxy)) {
                begin(socket.getOutputStream(), 0);
                request(socket.getOutputStream(), 1, "/");
                assertThat(answerOf(socket, 1)).isEqualTo("hello");
            }
        }
    }

    /// Waits until the proxy has taken all that it takes.
    private static void awaitStill(ProxyProcess proxy) {
        var last = new AtomicLong();
        await("memory at rest")
                .pollInterval(Duration.ofSeconds(1))
                .atMost(Duration.ofSeconds(60))
                .until(() -> {
                    long now = proxy.residentKib();
                    return Math.abs(now - last.getAndSet(now)) < 64;
                });
    }

    private static Socket connect(ProxyProcess proxy) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port("hop"));
        socket.setSoTimeout(30_000);
        return socket;
    }

    /// The preface, settings of the least concern, and `window` more for the whole connection.
    private static void begin(OutputStream out, int window) throws IOException {
        out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        frame(out, 4, 0, 0, new byte[0]);
        if (window > 0) {
            frame(out, WINDOW_UPDATE, 0, 0, new byte[] {
                (byte) (window >>> 24), (byte) (window >>> 16), (byte) (window >>> 8), (byte) window
            });
        }
    }

    /// A GET whose fields are indexed or literal, none of them remembered (RFC 7541, appendix C.2.2).
    private static void request(OutputStream out, int stream, String path) throws IOException {
        var block = new ByteArrayOutputStream();
        block.write(0x82); // :method GET
        block.write(0x86); // :scheme http
        literal(block, 1, "test"); // :authority
        literal(block, 4, path); // :path
        frame(out, HEADERS, END_OF_STREAM_AND_HEADERS, stream, block.toByteArray());
    }

    private static void literal(ByteArrayOutputStream block, int name, String value) {
        block.write(name);
        block.write(value.length());
        block.writeBytes(value.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static void frame(OutputStream out, int type, int flags, int stream, byte[] payload) throws IOException {
        var whole = new byte[9 + payload.length];
        whole[1] = (byte) (payload.length >>> 8);
        whole[2] = (byte) payload.length;
        whole[3] = (byte) type;
        whole[4] = (byte) flags;
        whole[7] = (byte) (stream >>> 8);
        whole[8] = (byte) stream;
        System.arraycopy(payload, 0, whole, 9, payload.length);
        out.write(whole);
    }

    private static String answerOf(Socket socket, int stream) throws IOException {
        var in = new DataInputStream(socket.getInputStream());
        var body = new StringBuilder();
        while (true) {
            int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
            int type = in.readUnsignedByte();
            int flags = in.readUnsignedByte();
            int of = in.readInt();
            var payload = in.readNBytes(length);
            if (of == stream && type == DATA) {
                body.append(new String(payload, StandardCharsets.ISO_8859_1));
            }
            if (of == stream && (type == DATA || type == HEADERS) && (flags & 1) != 0) {
                return body.toString();
            }
        }
    }
}
