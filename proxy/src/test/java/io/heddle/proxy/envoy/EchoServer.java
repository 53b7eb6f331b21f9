package io.heddle.proxy.envoy;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Base64;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;

/// A host of a cluster. It says in `x-seen` which head it got, and in `x-host` which one it is.
final class EchoServer implements AutoCloseable {
    private final ServerSocket server;
    private final String name;
    private final Set<Socket> sockets = Collections.synchronizedSet(new HashSet<>());

    EchoServer(String name) {
        this.name = name;
        try {
            server = new ServerSocket(0, 256, InetAddress.getLoopbackAddress());
        } catch (IOException refused) {
            throw new UncheckedIOException(refused);
        }
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                var socket = server.accept();
                sockets.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            var in = new BufferedInputStream(socket.getInputStream());
            for (var head = Heads.read(in); !head.first().isEmpty(); head = Heads.read(in)) {
                var body = Heads.body(head, in);
                socket.getOutputStream().write(Heads.octets(answer(head, body)));
            }
        } catch (IOException ended) {
            // A proxy went away; the test judges by what the client saw.
        } finally {
            sockets.remove(socket);
        }
    }

    private String answer(Heads.Head head, String body) {
        var text = new StringBuilder(head.first()).append('\n');
        head.lines().forEach(line -> text.append(line).append('\n'));
        var seen = Base64.getEncoder()
                .encodeToString(Heads.octets(text.append("\n").append(body).toString()));
        var length = head.first().startsWith("HEAD ") ? "" : "content-length: 3\r\n";
        return "HTTP/1.1 200 OK\r\n" + length + "content-type: text/plain\r\nx-one: 1\r\nX-Two: a\r\nx-two: b\r\n"
                + "set-cookie: c=1\r\nx-gone: 1\r\nx-host: " + name + "\r\nx-seen: " + seen + "\r\n\r\n"
                + (length.isEmpty() ? "" : "yes");
    }

    @Override
    public void close() throws IOException {
        server.close();
        synchronized (sockets) {
            for (var socket : sockets) {
                socket.close();
            }
        }
    }
}
