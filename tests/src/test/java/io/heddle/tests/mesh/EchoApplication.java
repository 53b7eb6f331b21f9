package io.heddle.tests.mesh;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;

/// The smallest application: it answers every request with its own name. `PORT` and `NAME` come from the environment;
/// the header `x-hold-ms` makes it wait before it answers.
public final class EchoApplication {
    private EchoApplication() {}

    /// Serves until killed.
    public static void main(String[] args) throws IOException {
        int port = Integer.parseInt(System.getenv("PORT"));
        var answer = (System.getenv("NAME") + "\n").getBytes(StandardCharsets.UTF_8);
        var server = HttpServer.create(new InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), port), 256);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            var hold = exchange.getRequestHeaders().getFirst("x-hold-ms");
            if (hold != null) {
                java.util.concurrent.locks.LockSupport.parkNanos(Long.parseLong(hold) * 1_000_000);
            }
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
    }
}
