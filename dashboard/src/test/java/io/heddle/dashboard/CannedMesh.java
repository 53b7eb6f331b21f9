package io.heddle.dashboard;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/// A control plane's HTTP side with canned answers: the bundle under `/`, and an API whose figures move with each call.
final class CannedMesh implements AutoCloseable {
    /// Which story the API tells.
    enum Story {
        BOOKSHOP,
        EMPTY,
        /// The bookshop with three callers that were denied: long edges beside short ones.
        STRANGERS,
        /// Two hundred services that call each other.
        LARGE,
        BROKEN_GRAPH
    }

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "svg", "image/svg+xml");

    private final Story story;
    private final AtomicInteger calls = new AtomicInteger();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;

    private CannedMesh(Story story, int port) {
        this.story = story;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    static CannedMesh start(Story story) {
        return new CannedMesh(story, 0);
    }

    /// The same control plane come back: a new server on the old one's port.
    static CannedMesh restart(CannedMesh stopped) {
        return new CannedMesh(stopped.story, stopped.port());
    }

    int port() {
        return server.getAddress().getPort();
    }

    String url(String hash) {
        return "http://127.0.0.1:" + port() + "/" + hash;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            Optional<byte[]> body = path.startsWith("/api/") ? api(exchange) : file(path);
            if (path.equals("/api/v1/graph") && story == Story.BROKEN_GRAPH) {
                exchange.sendResponseHeaders(500, -1);
                return;
            }
            if (body.isEmpty()) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            exchange.getResponseHeaders().add("Content-Security-Policy", "default-src 'self'");
            exchange.getResponseHeaders().add("Content-Type", type(path));
            exchange.sendResponseHeaders(200, body.get().length);
            exchange.getResponseBody().write(body.get());
        }
    }

    private static String type(String path) {
        if (path.startsWith("/api/")) {
            return "application/json";
        }
        String name = path.equals("/") ? "index.html" : path;
        return TYPES.getOrDefault(name.substring(name.lastIndexOf('.') + 1), "application/octet-stream");
    }

    private static Optional<byte[]> file(String path) throws IOException {
        return switch (path) {
            case "/" -> resource("/dashboard/index.html");
            case "/checks.html" -> Optional.of(bytes("<!doctype html><script src=\"/checks.js\"></script>"));
            case "/checks.js" -> resource("/checks/checks.js");
            default -> resource("/dashboard" + path);
        };
    }

    private static Optional<byte[]> resource(String name) throws IOException {
        try (InputStream stream = CannedMesh.class.getResourceAsStream(name)) {
            return stream == null ? Optional.empty() : Optional.of(stream.readAllBytes());
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private Optional<byte[]> api(HttpExchange exchange) throws IOException {
        String query = Optional.ofNullable(exchange.getRequestURI().getQuery()).orElse("");
        String folder = story == Story.EMPTY ? "/api/empty/" : "/api/bookshop/";
        String name = switch (exchange.getRequestURI().getPath()) {
            case "/api/v1/graph" -> query.contains("by=workload") ? "graph-by-workload" : "graph";
            case "/api/v1/proxies" -> "proxies";
            case "/api/v1/mesh" -> "mesh";
            case "/api/v1/resources" -> "resources";
            default -> "none";
        };
        int call = calls.incrementAndGet();
        if (story == Story.LARGE && name.startsWith("graph")) {
            return Optional.of(bytes(largeGraph(200)));
        }
        if (story == Story.STRANGERS && name.equals("graph")) {
            folder = "/api/strangers/";
        }
        return resource(folder + name + ".json")
                .map(body -> bytes(moving(new String(body, StandardCharsets.UTF_8), call)));
    }

    /// Fixtures write `"@12.5"` for a figure that moves a little around 12.5, and `"#100"` for one that grows from 100.
    private static String moving(String fixture, int call) {
        double swing = 1 + 0.12 * Math.sin(call / 5.0);
        String waved = Pattern.compile("\"@([0-9.]+)\"")
                .matcher(fixture)
                .replaceAll(found -> String.format(Locale.ROOT, "%.2f", Double.parseDouble(found.group(1)) * swing));
        return Pattern.compile("\"#([0-9]+)\"")
                .matcher(waved)
                .replaceAll(found -> Long.toString(Long.parseLong(found.group(1)) + 3L * call));
    }

    /// Every service calls one or two of those after it; one in twenty edges fails.
    private static String largeGraph(int services) {
        var nodes = new StringJoiner(",");
        var edges = new StringJoiner(",");
        for (int index = 0; index < services; index++) {
            nodes.add(
                    "{\"id\":\"team-%d/service-%03d\",\"namespace\":\"team-%d\",\"service\":\"service-%03d\",\"workload\":\"\",\"versions\":[\"v1\"]}"
                            .formatted(index % 9, index, index % 9, index));
            for (int target : new TreeSet<>(List.of(index * 3 + 1, index * 2 + 7))) {
                if (target < services) {
                    edges.add(
                            "{\"from\":\"team-%d/service-%03d\",\"to\":\"team-%d/service-%03d\",\"requests\":900,\"rate\":%d,\"success\":%s,\"p50_ms\":1.5,\"p99_ms\":9,\"mtls\":true,\"errors\":{}}"
                                    .formatted(
                                            index % 9,
                                            index,
                                            target % 9,
                                            target,
                                            target,
                                            target % 20 == 0 ? "0.9" : "1"));
                }
            }
        }
        return "{\"windowSeconds\":10,\"nodes\":[" + nodes + "],\"edges\":[" + edges + "]}";
    }
}
