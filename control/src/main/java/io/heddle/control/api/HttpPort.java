package io.heddle.control.api;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.heddle.model.problem.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One HTTP port: the JDK's server on virtual threads, with everything that holds for each call in one place. In this
/// order: the host check, the route, the admin token, the body's limit, the handler, the security headers.
public final class HttpPort implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(HttpPort.class);
    private static final int MAX_BODY = 4 * 1024 * 1024;
    private static final int BACKLOG = 128;

    static {
        // Read by the JDK's server when its class is loaded: a call must be read and answered within these seconds, and
        // small answers must not wait for the peer's acknowledgement.
        setIfAbsent("sun.net.httpserver.maxReqTime", "30");
        setIfAbsent("sun.net.httpserver.maxRspTime", "60");
        setIfAbsent("sun.net.httpserver.nodelay", "true");
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("http-", 0).factory());
    private final List<Route> routes;
    private final Guard guard;

    /// What a port demands of its callers.
    ///
    /// @param hosts the names under which it may be called
    /// @param token the admin token
    /// @param openReads whether reads need no token
    /// @param mesh whom every answer says it is from: the root certificate's SHA-256, in hexadecimal digits
    record Guard(HostCheck hosts, AdminToken token, boolean openReads, String mesh) {}

    private HttpPort(HttpServer server, List<Route> routes, Guard guard) {
        this.server = server;
        this.routes = List.copyOf(routes);
        this.guard = guard;
    }

    /// Opens a port.
    ///
    /// @throws IOException when it cannot be bound
    static HttpPort open(InetSocketAddress address, List<Route> routes, Guard guard) throws IOException {
        var port = new HttpPort(HttpServer.create(address, BACKLOG), routes, guard);
        port.server.createContext("/", port::handle);
        port.server.setExecutor(port.threads);
        port.server.start();
        return port;
    }

    private static void setIfAbsent(String key, String value) {
        if (System.getProperty(key) == null) {
            System.setProperty(key, value);
        }
    }

    /// The address it listens on.
    public InetSocketAddress address() {
        return server.getAddress();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getResponseHeaders().set("Heddle-Mesh", guard.mesh);
            send(exchange, answer(exchange));
        }
    }

    private Answer answer(HttpExchange exchange) throws IOException {
        try {
            return dispatch(exchange);
        } catch (RefusedException e) {
            if (e.status() == 401) {
                exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
            }
            return Answer.json(e.status(), Json.problems(e.problems()));
        } catch (RuntimeException e) {
            log.atError()
                    .setCause(e)
                    .addKeyValue("path", exchange.getRequestURI().getPath())
                    .log("a call failed");
            return Answer.json(
                    500,
                    Json.problems(
                            List.of(Problem.error("request", "", "the control plane failed", "its log says why"))));
        }
    }

    private Answer dispatch(HttpExchange exchange) throws RefusedException, IOException {
        if (!guard.hosts.accepts(header(exchange, "Host"))) {
            throw refusal(421, "the Host header names another host", "call it by its address or as localhost");
        }
        var uri = exchange.getRequestURI();
        var path = Optional.ofNullable(uri.getRawPath()).orElse("/");
        var method = exchange.getRequestMethod().equals("HEAD") ? "GET" : exchange.getRequestMethod();
        var otherMethods = new TreeSet<String>();
        for (var route : routes) {
            var variables = route.match(path);
            if (variables.isPresent() && route.method().equals(method)) {
                authorize(route, exchange);
                var query = Call.queryOf(Optional.ofNullable(uri.getRawQuery()).orElse(""));
                return route.handler().answer(new Call(variables.get(), query, body(exchange)));
            }
            variables.ifPresent(_ -> otherMethods.add(route.method()));
        }
        if (otherMethods.isEmpty()) {
            throw refusal(404, "there is nothing at " + path, "the API is at /api/v1");
        }
        exchange.getResponseHeaders().set("Allow", String.join(", ", otherMethods));
        throw refusal(405, path + " takes " + String.join(", ", otherMethods), "use one of them");
    }

    private void authorize(Route route, HttpExchange exchange) throws RefusedException {
        boolean open = switch (route.access()) {
            case OPEN -> true;
            case READ -> guard.openReads;
            case WRITE -> false;
        };
        if (!open && !guard.token.isIn(header(exchange, "Authorization"))) {
            throw refusal(
                    401,
                    "the admin token is missing or wrong",
                    "send Authorization: Bearer with the content of admin.token in the state directory");
        }
    }

    private static String body(HttpExchange exchange) throws RefusedException, IOException {
        try (InputStream in = exchange.getRequestBody()) {
            var body = in.readNBytes(MAX_BODY + 1);
            if (body.length > MAX_BODY) {
                throw refusal(413, "the body is larger than " + MAX_BODY + " bytes", "send it in parts");
            }
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    private static RefusedException refusal(int status, String reason, String remedy) {
        return new RefusedException(status, List.of(Problem.error("request", "", reason, remedy)));
    }

    private static Optional<String> header(HttpExchange exchange, String name) {
        var values = exchange.getRequestHeaders().get(name);
        return values == null || values.size() != 1 ? Optional.empty() : Optional.of(values.getFirst());
    }

    private static void send(HttpExchange exchange, Answer answer) throws IOException {
        var headers = exchange.getResponseHeaders();
        headers.set("Content-Type", answer.contentType());
        headers.set("Cache-Control", "no-store");
        headers.set("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'; base-uri 'none'");
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("X-Frame-Options", "DENY");
        headers.set("Referrer-Policy", "no-referrer");
        boolean head = exchange.getRequestMethod().equals("HEAD");
        boolean empty = head || answer.body().length == 0;
        exchange.sendResponseHeaders(answer.status(), empty ? -1 : answer.body().length);
        if (!empty) {
            exchange.getResponseBody().write(answer.body());
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdown();
    }
}
