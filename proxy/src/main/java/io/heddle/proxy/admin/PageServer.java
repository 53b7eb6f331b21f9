package io.heddle.proxy.admin;

import io.heddle.proxy.admin.Page.Answer;
import io.heddle.proxy.admin.PageConnection.Request;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A small HTTP server for people and scrapers, on virtual threads, apart from the event loops.
///
/// On a loopback address it answers only requests that name it by a loopback name, so that no web page can reach it
/// through DNS. It has at most 100 connections at a time; one more ends the
/// oldest, so that clients which neither read nor go away lock nobody out.
// Not the JDK's HttpServer, which takes only targets that are a java.net.URI: regular expressions are none.
public final class PageServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PageServer.class);
    private static final int BACKLOG = 16;
    private static final int MOST_CONNECTIONS = 100;
    private static final long RETRY = TimeUnit.MILLISECONDS.toNanos(100);

    private final ServerSocket server;
    private final ExecutorService threads;
    private final Queue<Socket> connections = new ConcurrentLinkedQueue<>();
    private final Map<String, Page> pages;
    private final boolean loopback;

    private PageServer(ServerSocket server, Map<String, Page> pages) {
        this.server = server;
        this.pages = Map.copyOf(pages);
        this.loopback = server.getInetAddress().isLoopbackAddress();
        this.threads = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("admin-", 0).factory());
    }

    /// Listens on `address`; port 0 picks one.
    static PageServer start(InetSocketAddress address, Map<String, Page> pages) throws IOException {
        var server = new ServerSocket();
        try {
            server.setReuseAddress(true);
            server.bind(address, BACKLOG);
        } catch (IOException taken) {
            server.close();
            throw taken;
        }
        var started = new PageServer(server, pages);
        started.threads.execute(started::accept);
        return started;
    }

    /// Where it listens.
    public InetSocketAddress address() {
        return (InetSocketAddress) server.getLocalSocketAddress();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                took(server.accept());
            } catch (IOException failed) {
                // Closed, or no descriptor is free: then others must close first.
                LockSupport.parkNanos(RETRY);
            }
        }
    }

    private void took(Socket socket) throws IOException {
        var oldest = connections.size() < MOST_CONNECTIONS ? null : connections.poll();
        if (oldest != null) {
            close(oldest);
        }
        connections.add(socket);
        try {
            threads.execute(() -> serve(socket));
        } catch (RejectedExecutionException closing) {
            connections.remove(socket);
            socket.close();
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            new PageConnection(socket, this::answer).serve();
        } catch (IOException gone) {
            // The client is gone, or has been too slow.
            log.atTrace().setCause(gone).log("a connection to the pages ended");
        } finally {
            connections.remove(socket);
        }
    }

    private Answer answer(Request request) {
        return refusal(request).orElseGet(() -> page(request));
    }

    private Optional<Answer> refusal(Request request) {
        if (loopback && !isLocal(request.host())) {
            return Optional.of(Answer.text(421, "not the host of this server\n"));
        }
        var page = pages.get(request.query().path());
        if (page == null) {
            return Optional.of(Answer.text(404, "no such page\n" + list()));
        }
        return action(request, page).isPresent()
                ? Optional.empty()
                : Optional.of(Answer.text(
                        405, page.tell().isEmpty() ? "only POST, and not from a web page\n" : "only GET\n"));
    }

    /// The list of pages, where one of them tells it.
    private String list() {
        return Optional.ofNullable(pages.get("/help"))
                .flatMap(Page::tell)
                .map(help -> help.apply(Map.of()).body())
                .orElse("");
    }

    /// What answers the request; empty when its method is not one of the page's. A change that a web page asks
    /// for is none.
    private static Optional<Function<Map<String, String>, Answer>> action(Request request, Page page) {
        return switch (request.method()) {
            case "GET", "HEAD" -> page.tell();
            case "POST" -> request.fromWebPage() ? Optional.empty() : page.change();
            default -> Optional.empty();
        };
    }

    private Answer page(Request request) {
        var query = request.query();
        try {
            var page = pages.get(query.path());
            var action = page == null ? Optional.<Function<Map<String, String>, Answer>>empty() : action(request, page);
            if (page == null || action.isEmpty()) {
                return Answer.text(404, "");
            }
            return action.get().apply(page.form() ? query.form() : query.parameters());
        } catch (IllegalArgumentException invalid) {
            return Answer.text(400, invalid.getMessage() + "\n");
        } catch (RuntimeException unexpected) {
            log.atError().addKeyValue("page", query.path()).setCause(unexpected).log("a page failed");
            return Answer.text(500, "failed; see the log\n");
        }
    }

    private static boolean isLocal(String host) {
        int colon = host.lastIndexOf(':');
        var name = colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
        return name.equals("localhost") || name.equals("[::1]") || name.matches("127(\\.\\d{1,3}){3}");
    }

    /// `host`, which must be an IP address or `localhost`, with `port`.
    static InetSocketAddress at(String host, int port) throws IOException {
        return new InetSocketAddress(InetAddress.getByName(host), port);
    }

    @Override
    public void close() {
        close(server);
        threads.shutdownNow();
        connections.forEach(PageServer::close);
    }

    private static void close(Closeable socket) {
        try {
            socket.close();
        } catch (IOException failed) {
            log.atDebug().setCause(failed).log("a socket of the pages did not close well");
        }
    }
}
