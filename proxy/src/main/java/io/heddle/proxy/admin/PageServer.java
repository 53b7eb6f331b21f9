package io.heddle.proxy.admin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.heddle.proxy.admin.Page.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A small HTTP server for people and scrapers, on virtual threads, apart from the event loops.
///
/// On a loopback address it answers only requests that name it by a loopback name, so that no web page can reach it
/// through DNS.
public final class PageServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PageServer.class);
    private static final int BACKLOG = 16;

    private final HttpServer server;
    private final ExecutorService threads;
    private final Map<String, Page> pages;
    private final boolean loopback;

    private PageServer(HttpServer server, Map<String, Page> pages) {
        this.server = server;
        this.pages = Map.copyOf(pages);
        this.loopback = server.getAddress().getAddress().isLoopbackAddress();
        this.threads = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("admin-", 0).factory());
    }

    /// Listens on `address`; port 0 picks one.
    static PageServer start(InetSocketAddress address, Map<String, Page> pages) throws IOException {
        var started = new PageServer(HttpServer.create(address, BACKLOG), pages);
        started.server.setExecutor(started.threads);
        started.server.createContext("/", started::handle);
        started.server.start();
        return started;
    }

    /// Where it listens.
    public InetSocketAddress address() {
        return server.getAddress();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var answer = refusal(exchange).orElseGet(() -> answer(exchange));
            exchange.getResponseHeaders().set("content-type", answer.type());
            exchange.getResponseHeaders().set("cache-control", "no-store");
            exchange.getResponseHeaders().set("x-content-type-options", "nosniff");
            boolean head = exchange.getRequestMethod().equals("HEAD");
            var body = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer.status(), head || body.length == 0 ? -1 : body.length);
            if (!head) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    private Optional<Answer> refusal(HttpExchange exchange) {
        var host = exchange.getRequestHeaders().getFirst("host");
        if (loopback && !isLocal(host)) {
            return Optional.of(Answer.text(421, "not the host of this server\n"));
        }
        var page = pages.get(exchange.getRequestURI().getPath());
        if (page == null) {
            return Optional.of(Answer.text(404, "no such page; see /help\n"));
        }
        return action(exchange, page).isPresent()
                ? Optional.empty()
                : Optional.of(Answer.text(
                        405, page.tell().isEmpty() ? "only POST, and not from a web page\n" : "only GET\n"));
    }

    /// What answers the request; empty when its method is not one of the page's. A change that a web page asks
    /// for is none.
    private static Optional<Function<Map<String, String>, Answer>> action(HttpExchange exchange, Page page) {
        return switch (exchange.getRequestMethod()) {
            case "GET", "HEAD" -> page.tell();
            case "POST" -> exchange.getRequestHeaders().containsKey("origin") ? Optional.empty() : page.change();
            default -> Optional.empty();
        };
    }

    private Answer answer(HttpExchange exchange) {
        var uri = exchange.getRequestURI();
        try {
            var action = Optional.ofNullable(pages.get(uri.getPath())).flatMap(page -> action(exchange, page));
            return action.isEmpty()
                    ? Answer.text(404, "")
                    : action.get().apply(parameters(Optional.ofNullable(uri.getRawQuery())));
        } catch (IllegalArgumentException invalid) {
            return Answer.text(400, invalid.getMessage() + "\n");
        } catch (RuntimeException unexpected) {
            log.atError()
                    .addKeyValue("page", uri.getPath())
                    .setCause(unexpected)
                    .log("a page failed");
            return Answer.text(500, "failed; see the log\n");
        }
    }

    private static boolean isLocal(@org.jspecify.annotations.Nullable String host) {
        if (host == null) {
            return false;
        }
        int colon = host.lastIndexOf(':');
        var name = colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
        return name.equals("localhost") || name.equals("[::1]") || name.matches("127(\\.\\d{1,3}){3}");
    }

    private static Map<String, String> parameters(Optional<String> query) {
        var parameters = new HashMap<String, String>();
        for (var pair : query.orElse("").split("&", -1)) {
            int equals = pair.indexOf('=');
            var name = equals < 0 ? pair : pair.substring(0, equals);
            var value = equals < 0 ? "" : pair.substring(equals + 1);
            parameters.put(decoded(name), decoded(value));
        }
        return parameters;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    /// `host`, which must be an IP address or `localhost`, with `port`.
    static InetSocketAddress at(String host, int port) throws IOException {
        return new InetSocketAddress(InetAddress.getByName(host), port);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
