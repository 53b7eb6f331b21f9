package io.heddle.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// An [App] on the JDK's HTTP server, a virtual thread a request.
final class AppServer implements AutoCloseable {
    private static final int LARGEST_BODY = 64 * 1024;
    private static final List<String> TRACE_HEADERS = List.of(
            "traceparent",
            "tracestate",
            "x-request-id",
            "b3",
            "x-b3-traceid",
            "x-b3-spanid",
            "x-b3-parentspanid",
            "x-b3-sampled",
            "x-b3-flags");

    static {
        // Read once by the server's class: no waiting for acknowledgements of small answers, and connections that
        // stay open longer than any client keeps them, so that the client is the one who closes an idle one.
        setIfAbsent("sun.net.httpserver.nodelay", "true");
        setIfAbsent("sun.net.httpserver.idleInterval", "3600");
        setIfAbsent("sun.net.httpserver.maxIdleConnections", "10000");
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final App app;

    private AppServer(HttpServer server, App app) {
        this.server = server;
        this.app = app;
    }

    private static void setIfAbsent(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    /// Starts serving; port 0 picks a free one.
    ///
    /// @throws IOException when the address is taken or not this machine's
    static AppServer start(String bind, int port, App app) throws IOException {
        var http = HttpServer.create(new InetSocketAddress(bind, port), 1024);
        var server = new AppServer(http, app);
        http.setExecutor(server.threads);
        http.createContext("/", server::handle);
        http.start();
        return server;
    }

    /// The port it listens on.
    int port() {
        return server.getAddress().getPort();
    }

    /// Accepts nothing more and waits for the requests under way, at most `patience`.
    void stop(Duration patience) {
        server.stop((int) patience.toSeconds());
        threads.shutdown();
    }

    @Override
    public void close() {
        stop(Duration.ZERO);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            send(exchange, answer(exchange));
        }
    }

    private Answer answer(HttpExchange exchange) throws IOException {
        var body = exchange.getRequestBody().readNBytes(LARGEST_BODY + 1);
        if (body.length > LARGEST_BODY) {
            return Answer.json(413, Map.of("error", "the body is larger than " + LARGEST_BODY + " bytes"));
        }
        try {
            return app.answer(call(exchange, new String(body, StandardCharsets.UTF_8)));
        } catch (DownstreamFailure failure) {
            return Answer.badGateway(failure);
        } catch (IllegalArgumentException e) {
            return Answer.json(400, Map.of("error", String.valueOf(e.getMessage())));
        }
    }

    private static Call call(HttpExchange exchange, String body) {
        var headers = exchange.getRequestHeaders();
        var trace = new LinkedHashMap<String, String>();
        for (var name : TRACE_HEADERS) {
            var value = headers.getFirst(name);
            if (value != null) {
                trace.put(name, value);
            }
        }
        var accept = headers.getFirst("accept");
        return new Call(
                exchange.getRequestMethod(),
                exchange.getRequestURI().getPath(),
                accept == null ? "" : accept,
                trace,
                body);
    }

    private static void send(HttpExchange exchange, Answer answer) throws IOException {
        var bytes = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("content-type", answer.contentType());
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(answer.status(), head || bytes.length == 0 ? -1 : bytes.length);
        if (!head && bytes.length > 0) {
            exchange.getResponseBody().write(bytes);
        }
    }
}
