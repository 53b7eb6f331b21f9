package io.heddle.proxy.listen;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/// An upstream whose connections are handled by a few lines of the test's own, each on its own thread.
public final class Origin implements AutoCloseable {
    /// Handles a connection.
    interface Connection {
        void handle(Socket socket, int number) throws IOException;
    }

    final ServerSocket server;
    final AtomicInteger connections = new AtomicInteger();
    final List<String> heads = Collections.synchronizedList(new ArrayList<>());
    private final Thread acceptor;
    private final List<Socket> sockets = Collections.synchronizedList(new ArrayList<>());

    Origin(Connection behaviour) {
        this(InetAddress.getLoopbackAddress(), 0, behaviour);
    }

    Origin(InetAddress address, int port, Connection behaviour) {
        try {
            server = new ServerSocket(port, 128, address);
        } catch (IOException refused) {
            throw new UncheckedIOException(refused);
        }
        acceptor = Thread.ofVirtual().start(() -> accept(behaviour));
    }

    /// Answers every request alike, for as long as the connection lasts.
    public static Origin answering(String response) {
        var self = new Origin[1];
        self[0] = new Origin((socket, _) -> {
            var head = head(socket.getInputStream());
            while (!head.isEmpty()) {
                self[0].heads.add(head);
                write(socket, response);
                head = head(socket.getInputStream());
            }
        });
        return self[0];
    }

    /// What a host says that opens the WebSocket a request asks for, with `more` lines (RFC 6455, section
    /// 4.2.2).
    public static String switching(String head, String more) {
        var key = head.lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("sec-websocket-key: "))
                .map(line -> line.substring(19))
                .reduce("", String::concat);
        try {
            var text = (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.ISO_8859_1);
            var proof = MessageDigest.getInstance("SHA-1").digest(text);
            return "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    + "Sec-WebSocket-Accept: " + Base64.getEncoder().encodeToString(proof) + "\r\n" + more + "\r\n";
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing);
        }
    }

    /// Opens a WebSocket, then sends back what comes until that ends.
    public static Origin echoingWebSocket() {
        return new Origin((socket, _) -> {
            write(socket, switching(head(socket.getInputStream()), ""));
            socket.getInputStream().transferTo(socket.getOutputStream());
        });
    }

    /// Opens a WebSocket, and sends back what comes when all of it has come.
    public static Origin answeringWebSocketAfterTheEnd() {
        return new Origin((socket, _) -> {
            write(socket, switching(head(socket.getInputStream()), ""));
            socket.getOutputStream().write(socket.getInputStream().readAllBytes());
        });
    }

    /// Answers one request with `response`, then sends back what comes until that ends.
    public static Origin echoing(String response) {
        return new Origin((socket, _) -> {
            head(socket.getInputStream());
            write(socket, response);
            socket.getInputStream().transferTo(socket.getOutputStream());
        });
    }

    /// Answers a request with a body that never ends, as fast as it is read.
    public static Origin endless() {
        return new Origin((socket, _) -> {
            head(socket.getInputStream());
            write(socket, "HTTP/1.1 200 OK\r\n\r\n");
            var piece = new byte[64 * 1024];
            while (true) {
                socket.getOutputStream().write(piece);
            }
        });
    }

    /// Answers every request with the last word of its path.
    public static Origin counting() {
        return new Origin((socket, _) -> {
            var head = head(socket.getInputStream());
            while (!head.isEmpty()) {
                var word = head.substring(head.indexOf('/') + 1, head.indexOf(" HTTP"));
                write(socket, "HTTP/1.1 200 OK\r\nContent-Length: " + word.length() + "\r\n\r\n" + word);
                head = head(socket.getInputStream());
            }
        });
    }

    /// How many connections it had.
    public int connections() {
        return connections.get();
    }

    /// The heads of the requests so far, of an [#answering] one.
    public List<String> seen() {
        return List.copyOf(heads);
    }

    private void accept(Connection behaviour) {
        try {
            while (true) {
                var socket = server.accept();
                sockets.add(socket);
                int number = connections.incrementAndGet();
                Thread.ofVirtual().start(() -> run(behaviour, socket, number));
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private static void run(Connection behaviour, Socket socket, int number) {
        try (socket) {
            behaviour.handle(socket, number);
        } catch (IOException ended) {
            // The proxy went away; the test judges by what the client saw.
        }
    }

    /// Its port.
    public int port() {
        return server.getLocalPort();
    }

    /// Reads up to an empty line; empty at the end of the stream.
    public static String head(InputStream in) throws IOException {
        var text = new StringBuilder();
        while (text.length() < 4 || !text.substring(text.length() - 4).equals("\r\n\r\n")) {
            int octet = in.read();
            if (octet < 0) {
                return text.toString();
            }
            text.append((char) octet);
        }
        return text.toString();
    }

    public static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    public static String read(InputStream in, int length) throws IOException {
        return new String(in.readNBytes(length), StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        server.close();
        try {
            acceptor.join(); // until it is awake, the kernel goes on taking connections
        } catch (InterruptedException e) {
            throw new InterruptedIOException(e.getMessage());
        }
        for (var socket : sockets) {
            socket.close();
        }
    }
}
