package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// A proxy as it is run, with a bootstrap of the test's own, before an application that answers with the
/// head that it got, after the status in the request's `x-answer`, if there is one.
final class FilteredProxy implements AutoCloseable {
    private final HttpServer application;
    private final Proxy proxy;

    /// With the bootstrap `resource`, in which `@APP@` becomes the application's port, and `@LOG@` a file
    /// in `state`.
    FilteredProxy(String resource, Path state) throws Exception {
        this(resource, state, "@NONE@", "");
    }

    /// With `text` in place of `mark`, too.
    FilteredProxy(String resource, Path state, String mark, String text) throws Exception {
        this(read(resource).replace(mark, text), state, Map.of("/", FilteredProxy::answer));
    }

    /// With the text of a bootstrap, before applications that answer each beneath its path, on as many threads as they
    /// like.
    FilteredProxy(String text, Path state, Map<String, HttpHandler> applications) throws Exception {
        application = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        application.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        applications.forEach(application::createContext);
        application.start();
        var bootstrap = text.replace("@LOG@", state.resolve("requests.log").toString())
                .replace("@APP@", Integer.toString(application.getAddress().getPort()));
        proxy = Proxy.start(ProxyOptions.of(new ProxyOptions.BootstrapSource.Text(bootstrap), state));
        proxy.ready().get(10, TimeUnit.SECONDS);
    }

    /// The text of a resource of these tests.
    static String read(String resource) throws IOException {
        try (var stream = Objects.requireNonNull(FilteredProxy.class.getResourceAsStream(resource))) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Override
    public void close() {
        proxy.close();
        application.stop(0);
    }

    private static void answer(HttpExchange exchange) throws IOException {
        var text = new StringBuilder(exchange.getRequestMethod() + " " + exchange.getRequestURI() + "\n");
        new TreeMap<>(exchange.getRequestHeaders())
                .forEach((name, values) -> values.forEach(value -> text.append(name.toLowerCase(Locale.ROOT))
                        .append(": ")
                        .append(value)
                        .append('\n')));
        var body = text.toString().getBytes(StandardCharsets.UTF_8);
        var wanted = exchange.getRequestHeaders().getFirst("x-answer");
        exchange.getRequestBody().readAllBytes();
        exchange.sendResponseHeaders(wanted == null ? 200 : Integer.parseInt(wanted), body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    int port(String listener) {
        return Objects.requireNonNull(proxy.ports().get(listener)).getPort();
    }

    /// The whole answer of listener `in` to a request of these lines, over HTTP/1.1; header names in lower
    /// case.
    String ask(String request, String... lines) throws IOException {
        return send("in", request, lines);
    }

    String send(String listener, String request, String... lines) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port(listener))) {
            socket.setSoTimeout(10_000);
            var text = request + " HTTP/1.1\r\nconnection: close\r\n" + String.join("\r\n", lines) + "\r\n\r\n";
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1).replace("\r", "");
        }
    }

    /// The whole answer of listener `in` to a GET over HTTP/2, by curl; skips where there is none.
    String askHttp2(String path, String... lines) throws Exception {
        var command = new ArrayList<>(List.of("curl", "-s", "-i", "--max-time", "10", "--http2-prior-knowledge"));
        for (var line : lines) {
            command.add("-H");
            command.add(line);
        }
        command.add("http://127.0.0.1:" + port("in") + path);
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            System.out.println("SKIPPED: no curl here");
            assumeTrue(false, "SKIPPED: no curl here: " + e.getMessage());
            return "";
        }
        var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return out.replace("\r", "");
    }

    String metrics() throws IOException {
        return send("admin", "GET /stats/prometheus", "host: 127.0.0.1");
    }
}
