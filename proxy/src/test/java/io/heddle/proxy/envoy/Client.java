package io.heddle.proxy.envoy;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import org.jspecify.annotations.Nullable;

/// A client of one proxy, with one connection at a time.
final class Client implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 10_000;

    private final int port;
    private @Nullable Socket socket;
    private @Nullable BufferedInputStream in;

    Client(int port) {
        this.port = port;
    }

    /// Sends a request and reads its answer.
    Answer ask(GeneratedRequest request) throws IOException {
        var connection = socket == null ? connect() : socket;
        var input = in == null ? new BufferedInputStream(connection.getInputStream()) : in;
        in = input;
        connection.getOutputStream().write(Heads.octets(request.text()));
        try {
            var head = Heads.read(input);
            var answer = Answer.of(head, body(request, head, input), port);
            if (head.first().isEmpty() || head.value("connection").equals("close")) {
                close();
            }
            return answer;
        } catch (SocketException reset) {
            close();
            throw reset;
        }
    }

    private static String body(GeneratedRequest request, Heads.Head head, BufferedInputStream input)
            throws IOException {
        boolean none = request.first().startsWith("HEAD ")
                || head.first().contains(" 204 ")
                || head.first().contains(" 304 ");
        return none ? "" : Heads.body(head, input);
    }

    private Socket connect() throws IOException {
        var connection = new Socket(InetAddress.getLoopbackAddress(), port);
        connection.setTcpNoDelay(true);
        connection.setSoTimeout(PATIENCE_MILLIS);
        socket = connection;
        return connection;
    }

    @Override
    public void close() throws IOException {
        if (socket != null) {
            socket.close();
        }
        socket = null;
        in = null;
    }
}
