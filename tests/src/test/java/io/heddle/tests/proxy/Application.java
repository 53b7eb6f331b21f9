package io.heddle.tests.proxy;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/// An application behind the proxy under test: plain HTTP/1.1 on a port the kernel chose.
///
/// - `/echo` is a WebSocket that says what it is told;
/// - `/page` is a page whose script talks to it and reports to `/report?…`;
/// - `/large?SIZE` answers with so many bytes;
/// - `/hold` answers when [#release] is called;
/// - anything else answers `hello`, or the length of the body that was sent.
public final class Application implements AutoCloseable {
    private static final String PAGE = """
            <!doctype html><title>WebSocket</title><script>
            const socket = new WebSocket('ws://' + location.host + '/echo');
            socket.onopen = () => socket.send('through the proxy');
            socket.onmessage = (message) => fetch('/report?' + encodeURIComponent(message.data));
            socket.onerror = () => fetch('/report?error');
            </script>
            """;

    private final ServerSocket server;
    private final List<String> reports = new CopyOnWriteArrayList<>();
    private final AtomicInteger held = new AtomicInteger();
    private final AtomicInteger started = new AtomicInteger();
    private final CountDownLatch release = new CountDownLatch(1);

    /// Listens at once.
    public Application() throws IOException {
        server = new ServerSocket(0, 512, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    /// Where it listens.
    public int port() {
        return server.getLocalPort();
    }

    /// What pages reported.
    List<String> reports() {
        return reports;
    }

    /// How many requests wait in `/hold`.
    int held() {
        return held.get();
    }

    /// How many answers of `/large` have begun.
    int started() {
        return started.get();
    }

    /// Answers what is held.
    void release() {
        release.countDown();
    }

    private void accept() {
        try {
            while (true) {
                var socket = server.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            var in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
            while (answer(in, socket.getOutputStream())) {
                // The next request of this connection.
            }
        } catch (IOException gone) {
            // The proxy ended the connection.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean answer(DataInputStream in, OutputStream out) throws IOException, InterruptedException {
        var request = line(in);
        if (request.isEmpty()) {
            return false;
        }
        var headers = new HashMap<String, String>();
        for (var line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        var target = request.split(" ", -1)[1];
        if (target.equals("/echo")) {
            echo(in, out, headers);
            return false;
        }
        long length = body(in, headers);
        if (target.startsWith("/large?")) {
            large(out, Integer.parseInt(target.substring("/large?".length())));
            return true;
        }
        if (target.startsWith("/report?")) {
            reports.add(target.substring("/report?".length()));
        }
        if (target.equals("/hold")) {
            held.incrementAndGet();
            release.await();
        }
        text(out, target.equals("/page") ? PAGE : length > 0 ? "length " + length : "hello");
        return true;
    }

    private static long body(DataInputStream in, Map<String, String> headers) throws IOException {
        if (headers.containsKey("content-length")) {
            long length = Long.parseLong(headers.get("content-length"));
            in.skipNBytes(length);
            return length;
        }
        long sum = 0;
        if (headers.containsKey("transfer-encoding")) {
            for (int size = chunk(in); size > 0; size = chunk(in)) {
                in.skipNBytes(size + 2L);
                sum += size;
            }
            line(in);
        }
        return sum;
    }

    private static int chunk(DataInputStream in) throws IOException {
        var size = line(in);
        if (size.isEmpty()) {
            throw new EOFException("no end of the body");
        }
        return Integer.parseInt(size, 16);
    }

    private static void text(OutputStream out, String body) throws IOException {
        out.write(("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: " + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.ISO_8859_1));
    }

    private void large(OutputStream out, int size) throws IOException {
        out.write(("HTTP/1.1 200 OK\r\ncontent-length: " + size + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
        started.incrementAndGet();
        var piece = new byte[16 * 1024];
        for (int left = size; left > 0; left -= piece.length) {
            out.write(piece, 0, Math.min(left, piece.length));
        }
    }

    /// RFC 6455, short text messages only.
    private static void echo(DataInputStream in, OutputStream out, Map<String, String> headers) throws IOException {
        out.write(
                ("HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: "
                                + accepted(headers.getOrDefault("sec-websocket-key", ""))
                                + "\r\n\r\n")
                        .getBytes(StandardCharsets.ISO_8859_1));
        while (true) {
            int first = in.read();
            if (first < 0) {
                return;
            }
            int size = in.readUnsignedByte() & 0x7f;
            var mask = in.readNBytes(4);
            var text = in.readNBytes(size);
            for (int i = 0; i < size; i++) {
                text[i] ^= mask[i % 4];
            }
            out.write(first);
            out.write(size);
            out.write(text);
            if ((first & 0x0f) == 8) {
                return;
            }
        }
    }

    private static String accepted(String key) {
        try {
            var digest = MessageDigest.getInstance("SHA-1")
                    .digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.ISO_8859_1));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String line(DataInputStream in) throws IOException {
        var line = new StringBuilder();
        for (int octet = in.read(); octet >= 0 && octet != '\n'; octet = in.read()) {
            if (octet != '\r') {
                line.append((char) octet);
            }
        }
        return line.toString();
    }

    @Override
    public void close() {
        release();
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
