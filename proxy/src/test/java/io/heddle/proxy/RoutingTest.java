package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// What routes do to requests and answers, in a proxy as it is run: from a bootstrap to the bytes on both
/// sides. The application answers with the head that it got.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RoutingTest {
    private final BlockingQueue<String> copies = new LinkedBlockingQueue<>();
    private HttpServer application;
    private HttpServer shadow;
    private ServerSocket silent;
    private Proxy proxy;

    @BeforeAll
    void start(@TempDir Path state) throws Exception {
        application = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        application.createContext("/", RoutingTest::answer);
        application.start();
        shadow = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        shadow.createContext("/", this::copy);
        shadow.start();
        silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        var bootstrap = new String(
                        Objects.requireNonNull(RoutingTest.class.getResourceAsStream("routing.yaml"))
                                .readAllBytes(),
                        StandardCharsets.UTF_8)
                .replace("@SHADOW@", Integer.toString(shadow.getAddress().getPort()))
                .replace("@SILENT@", Integer.toString(silent.getLocalPort()))
                .replace("@APP@", Integer.toString(application.getAddress().getPort()));
        proxy = Proxy.start(ProxyOptions.of(new ProxyOptions.BootstrapSource.Text(bootstrap), state));
        proxy.ready().get(10, TimeUnit.SECONDS);
    }

    @AfterAll
    void stop() throws IOException {
        proxy.close();
        application.stop(0);
        shadow.stop(0);
        silent.close();
    }

    private static void answer(HttpExchange exchange) throws IOException {
        var text = new StringBuilder(exchange.getRequestMethod() + " " + exchange.getRequestURI() + "\n");
        new TreeMap<>(exchange.getRequestHeaders())
                .forEach((name, values) -> values.forEach(value -> text.append(name.toLowerCase(Locale.ROOT))
                        .append(": ")
                        .append(value)
                        .append('\n')));
        var query = String.valueOf(exchange.getRequestURI().getQuery());
        boolean other = query.startsWith("see=");
        if (other || query.startsWith("to=")) {
            exchange.getResponseHeaders().add("Location", query.substring(query.indexOf('=') + 1));
        }
        exchange.getResponseHeaders().add("X-Version", "v7");
        text.append(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        var body = text.toString().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(other ? 303 : query.startsWith("to=") ? 302 : 200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private void copy(HttpExchange exchange) throws IOException {
        var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        copies.add(exchange.getRequestHeaders().getFirst("Host") + " "
                + exchange.getRequestHeaders().getFirst("X-Copy") + (body.isEmpty() ? "" : " " + body));
        exchange.sendResponseHeaders(204, -1);
        exchange.close();
    }

    private static String status(String answer) {
        return answer.substring("HTTP/1.1 ".length(), "HTTP/1.1 ".length() + 3);
    }

    private int port() {
        return Objects.requireNonNull(proxy.ports().get("in")).getPort();
    }

    /// The whole answer to a request of these lines, header names in lower case.
    private String ask(String request, String... lines) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
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
                        + application.getAddress().getPort() + "\n")
                .contains("\nx-told: small v7[] 127.0.0.1 -\n");
    }

    @Test
    void the_tables_word_on_a_header_is_the_last() throws IOException {
        assertThat(ask("GET /format", "host: shop")).contains("\nx-level: table\n");
        assertThat(ask("GET /format", "host: weighted")).contains("\nx-level: table\n");
    }

    @Test
    void a_header_names_the_cluster() throws IOException {
        assertThat(status(ask("GET /header", "host: shop", "x-cluster: app"))).isEqualTo("200");
        assertThat(status(ask("GET /header", "host: shop", "x-cluster: other"))).isEqualTo("404");
        assertThat(status(ask("GET /header", "host: shop"))).isEqualTo("404");
        assertThat(status(ask("GET /shares", "host: shop", "x-cluster: app"))).isEqualTo("200");
        assertThat(status(ask("GET /shares", "host: shop", "x-cluster: other"))).isEqualTo("503");
    }

    @Test
    void a_header_decides_between_weights() throws IOException {
        assertThat(status(ask("GET /number", "host: shop", "x-number: 89"))).isEqualTo("200");
        assertThat(status(ask("GET /number", "host: shop", "x-number: 90"))).isEqualTo("503");
        assertThat(status(ask("GET /number", "host: shop", "x-number: 189"))).isEqualTo("200");
    }

    @Test
    void the_host_comes_from_a_header_or_from_the_path() throws IOException {
        assertThat(ask("GET /host-from-header", "host: shop", "x-host: inner:81", "x-forwarded-host: front"))
                .contains("\nhost: inner:81\n", "\nx-forwarded-host: front,shop\n");
        assertThat(ask("GET /host-from-header", "host: shop"))
                .contains("\nhost: shop\n")
                .doesNotContain("x-forwarded-host");
        assertThat(ask("GET /host-from-header", "host: shop", "x-host: a b")).contains("\nhost: shop\n");
        assertThat(ask("GET /host-from-path/books/1?x=/a/b/", "host: shop")).contains("\nhost: books.example\n");
    }

    @Test
    void the_host_comes_from_the_endpoint_that_takes_the_request() throws IOException {
        assertThat(ask("GET /host-from-endpoint", "host: shop"))
                .contains("\nhost: books.inner:81\n", "\nx-forwarded-host: shop\n");
        assertThat(ask("GET /host-from-lookup", "host: shop"))
                .contains("\nhost: localhost\n")
                .doesNotContain("x-forwarded-host");
        assertThat(ask("GET /host-of-nameless", "host: shop"))
                .contains("\nhost: shop\n")
                .doesNotContain("x-forwarded-host");
        assertThat(ask("GET /host-not-from-endpoint", "host: shop")).contains("\nhost: shop\n");
    }

    @Test
    void a_template_finds_and_rewrites_a_path() throws IOException {
        assertThat(ask("GET /users/ann/books/7?x=1", "host: shop")).contains("\n\nGET /shelf/ann?x=1\n");
        assertThat(status(ask("GET /users/ann/books/7/8", "host: shop"))).isEqualTo("404");
    }

    @Test
    void a_match_looks_beyond_path_and_headers() throws IOException {
        assertThat(status(ask("GET /grpc", "host: shop", "content-type: application/grpcx")))
                .isEqualTo("202");
        assertThat(ask("POST /grpc", "host: shop", "content-type: application/grpc+proto", "content-length: 0"))
                .contains("grpc-status");
        assertThat(status(ask("GET /never", "host: shop"))).isEqualTo("202");
        assertThat(status(ask("GET /certificate", "host: shop"))).isEqualTo("202");
        assertThat(status(ask("GET /parameters;v=1/x;y?z=;", "host: shop"))).isEqualTo("202");
    }

    @Test
    void one_draw_a_request_counts_at_all_of_its_routes() throws IOException {
        var statuses = new TreeSet<String>();
        for (int i = 0; i < 100; i++) {
            statuses.add(status(ask("GET /half", "host: shop")));
        }
        assertThat(statuses).containsExactly("201", "203");
    }

    @Test
    void a_virtual_host_wants_tls() throws IOException {
        assertThat(ask("GET /a?b=c", "host: secure"))
                .startsWith("HTTP/1.1 301")
                .contains("\nlocation: https://secure/a?b=c\n");
        assertThat(ask("GET /", "host: secure:80")).contains("\nlocation: https://secure/\n");
        assertThat(ask("GET /", "host: secure:8080")).contains("\nlocation: https://secure:8080/\n");
        assertThat(status(ask("GET /", "host: secure", "x-forwarded-proto: https")))
                .isEqualTo("200");
        assertThat(ask("GET /redirect", "host: shop:8080")).contains("\nlocation: https://shop:8080/redirect\n");
    }

    @Test
    void tries_are_counted_for_both_sides_and_copies_are_changed() throws Exception {
        var answer = ask("GET /", "host: counted", "x-user: ann", "x-envoy-attempt-count: 7");
        assertThat(answer.substring(0, answer.indexOf("\n\n"))).contains("\nx-envoy-attempt-count: 1\n");
        assertThat(answer.substring(answer.indexOf("\n\n"))).contains("\nx-envoy-attempt-count: 1\n");
        assertThat(copies.poll(10, TimeUnit.SECONDS)).isEqualTo("counted-shadow ann");
    }

    @Test
    void a_stream_lasts_as_long_as_its_route_lets_it() throws IOException {
        assertThat(ask("GET /slow", "host: shop")).startsWith("HTTP/1.1 504").contains("downstream duration timeout");
    }

    @Test
    void headers_for_inside_only_do_not_come_in_at_an_edge() throws IOException {
        assertThat(ask("GET /plain", "host: shop", "x-secret: 1", "x-public: 2"))
                .contains("\nx-public: 2\n")
                .doesNotContain("x-secret");
    }

    @Test
    void a_redirect_is_followed_where_the_route_says_so() throws IOException {
        var answer = ask("GET /follow/twice?to=http://other/plain?y=1", "host: shop", "x-version: mine");
        assertThat(answer)
                .startsWith("HTTP/1.1 200")
                .contains("\n\nGET /plain?y=1\n")
                .contains("\nhost: other\n")
                .contains("\nx-version: v7\n")
                .contains("\nx-envoy-original-url: http://shop/follow/twice?to=http://other/plain?y=1\n");
        assertThat(ask("GET /plain?to=/x", "host: shop")).startsWith("HTTP/1.1 302");
    }

    @Test
    void a_redirect_with_a_body_is_followed_when_the_body_is_kept() throws IOException {
        var sent = ask("POST /follow/twice?to=http://shop/plain", "host: shop", "content-length: 5", "", "hello");
        assertThat(sent)
                .startsWith("HTTP/1.1 200")
                .contains("\n\nPOST /plain\n")
                .contains("\nhello");
    }

    @Test
    void after_see_other_a_request_is_sent_as_a_get_without_its_body() throws Exception {
        var sent = ask("POST /follow/twice?see=http://counted/plain", "host: shop", "content-length: 5", "", "hello");
        assertThat(sent)
                .startsWith("HTTP/1.1 200")
                .contains("\n\nGET /plain\n")
                .contains("\nx-envoy-attempt-count: 1\n")
                .doesNotContain("hello")
                .doesNotContain("\ncontent-length: 5\n");
        assertThat(copies.poll(10, TimeUnit.SECONDS)).isEqualTo("counted-shadow null");
    }

    @Test
    void a_mirror_gets_the_body_of_a_request_that_came_from_a_redirect() throws Exception {
        var sent = ask("POST /follow/twice?to=http://counted/", "host: shop", "content-length: 5", "", "hello");
        assertThat(sent).startsWith("HTTP/1.1 200").contains("\nhello");
        assertThat(copies.poll(10, TimeUnit.SECONDS)).isEqualTo("counted-shadow null hello");
    }

    @Test
    void where_a_redirect_leads_is_made_plain_before_routes_see_it() throws IOException {
        assertThat(ask("GET /follow/twice?to=http://shop/x/../plain", "host: shop"))
                .startsWith("HTTP/1.1 200")
                .contains("\n\nGET /plain\n");
        assertThat(ask("GET /follow/twice?to=http://shop/a%2fb", "host: shop"))
                .as("refused, so the client gets the redirect")
                .startsWith("HTTP/1.1 302");
    }

    @Test
    void operators_do_not_repeat_what_is_not_believed() throws IOException {
        var said = ask(
                "GET /believed",
                "host: shop",
                "x-user: ann",
                "x-forwarded-client-cert: forged",
                "x-envoy-internal: forged");
        assertThat(said).contains("\nx-said: ++ann\n").doesNotContain("forged");
    }

    @Test
    void redirects_are_followed_only_as_far_as_they_may() throws IOException {
        assertThat(ask("GET /follow/twice?to=http://shop/follow/twice?to=http://shop/x", "host: shop"))
                .startsWith("HTTP/1.1 302")
                .contains("\nLocation: http://shop/x\n");
        assertThat(ask("GET /follow/twice?to=https://shop/plain", "host: shop"))
                .startsWith("HTTP/1.1 302")
                .contains("\nLocation: https://shop/plain\n");
        assertThat(ask("GET /follow/twice?to=/plain", "host: shop")).startsWith("HTTP/1.1 302");
        assertThat(ask("GET /follow/twice?to=ftp://shop/plain", "host: shop")).startsWith("HTTP/1.1 302");
        assertThat(ask("GET /follow/new?to=http://shop/follow/new?to=http://shop/plain", "host: shop"))
                .startsWith("HTTP/1.1 302");
        assertThat(ask("GET /follow/new?to=http://shop/plain", "host: shop")).startsWith("HTTP/1.1 200");
        assertThat(ask("GET /follow/listed?to=http://shop/plain", "host: shop")).startsWith("HTTP/1.1 302");
        assertThat(ask("GET /follow/listed?to=http://shop/format", "host: shop"))
                .startsWith("HTTP/1.1 200");
        assertThat(ask("GET /follow/listed?to=https://shop/format", "host: shop"))
                .startsWith("HTTP/1.1 302");
    }
}
