package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// What routes do to requests and answers, in a proxy as it is run: from a bootstrap to the bytes on both sides. The
/// application answers with the head that it got.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RoutingTest {
    private HttpServer application;
    private Proxy proxy;

    @BeforeAll
    void start(@TempDir Path state) throws Exception {
        application = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        application.createContext("/", RoutingTest::answer);
        application.start();
        var bootstrap = new String(
                        RoutingTest.class.getResourceAsStream("routing.yaml").readAllBytes(), StandardCharsets.UTF_8)
                .replace("@APP@", Integer.toString(application.getAddress().getPort()));
        proxy = Proxy.start(ProxyOptions.of(new ProxyOptions.BootstrapSource.Text(bootstrap), state));
        proxy.ready().get(10, TimeUnit.SECONDS);
    }

    @AfterAll
    void stop() {
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
        var query = String.valueOf(exchange.getRequestURI().getQuery());
        if (query.startsWith("to=")) {
            exchange.getResponseHeaders().add("Location", query.substring(3));
        }
        exchange.getResponseHeaders().add("X-Version", "v7");
        var body = text.toString().getBytes(StandardCharsets.UTF_8);
        exchange.getRequestBody().readAllBytes();
        exchange.sendResponseHeaders(query.startsWith("to=") ? 302 : 200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    /// The whole answer to a request of these lines, header names in lower case.
    private String ask(String request, String... lines) throws IOException {
        try (var socket = new Socket(
                InetAddress.getLoopbackAddress(), proxy.ports().get("in").getPort())) {
            socket.setSoTimeout(10_000);
            var text = request + " HTTP/1.1\r\nconnection: close\r\n" + String.join("\r\n", lines) + "\r\n\r\n";
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1).replace("\r", "");
        }
    }

    @Test
    void header_values_say_what_their_operators_mean() throws IOException {
        var answer = ask("GET /format?x=1", "host: shop", "x-user: ann", "x-old: 1", "x-gone: 1", "x-there: 1");
        assertThat(answer)
                .contains("\nx-who: <ann> at shop GET http\n")
                .contains("\nx-query: 1 100%\n")
                .containsPattern("\nx-id: [0-9a-f]{8}-[0-9a-f-]{27}\n")
                .contains("\nx-client: 127.0.0.1\n")
                .contains("\nx-route: format\n")
                .contains("\nx-cluster: app\n")
                .contains("\nx-there: replaced\n")
                .contains("\nx-old: new\n")
                .contains("\nx-kept:")
                .doesNotContain("x-nobody")
                .doesNotContain("x-gone")
                .doesNotContain("x-absent");
        assertThat(answer.substring(0, answer.indexOf("\n\n")))
                .contains("\nx-answer: v7 200 127.0.0.1:"
                        + application.getAddress().getPort() + "\n");
    }

    @Test
    void the_tables_word_on_a_header_is_the_last() throws IOException {
        assertThat(ask("GET /format", "host: shop")).contains("\nx-level: table\n");
        assertThat(ask("GET /format", "host: weighted")).contains("\nx-level: table\n");
    }
}
