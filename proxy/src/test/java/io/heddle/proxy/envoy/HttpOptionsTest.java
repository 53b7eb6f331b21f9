package io.heddle.proxy.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.heddle.proxy.listen.Origin;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `common_http_protocol_options` of clusters and of listeners, over raw sockets, in this proxy as in
/// Envoy.
final class HttpOptionsTest {
    private static final String GET = "GET /p HTTP/1.1\r\nHost: shop\r\n\r\n";
    private static final String EXPLICIT = "explicit_http_config: {http_protocol_options: {}}";

    @TempDir
    private Path folder;

    private static String common(String fields) {
        return SideBySide.options(EXPLICIT + ", common_http_protocol_options: {" + fields + "}");
    }

    /// An answer with so many header lines, the length among them.
    private static String answer(int lines) {
        return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
                + IntStream.range(1, lines).mapToObj(i -> "x-" + i + ": y\r\n").collect(Collectors.joining())
                + "\r\nok";
    }

    private static String large(int octets) {
        return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nx-large: " + "y".repeat(octets) + "\r\n\r\nok";
    }

    /// An answer with `lines` lines, or `octets` large, is taken, or answered 502.
    private void answers(String first, String answer, String cluster) throws Exception {
        try (var app = Origin.answering(answer)) {
            SideBySide.holds(
                    folder,
                    SideBySide.http("", SideBySide.host(app.port()) + cluster),
                    port -> assertThat(SideBySide.first(port, GET)).isEqualTo(first));
        }
    }

    @Test
    void takes_as_many_lines_of_an_answer_as_the_cluster_says_and_else_a_hundred() throws Exception {
        answers("HTTP/1.1 200 OK", answer(100), "");
        answers("HTTP/1.1 502 Bad Gateway", answer(101), "");
        answers("HTTP/1.1 200 OK", answer(6), ", " + common("max_headers_count: 6"));
        answers("HTTP/1.1 502 Bad Gateway", answer(7), ", " + common("max_headers_count: 6"));
        answers("HTTP/1.1 200 OK", answer(150), ", " + common("max_headers_count: 150"));
    }

    @Test
    void takes_as_large_a_head_of_an_answer_as_the_cluster_says_and_else_eighty_kibibytes() throws Exception {
        answers("HTTP/1.1 200 OK", large(78 * 1024), "");
        answers("HTTP/1.1 502 Bad Gateway", large(82 * 1024), "");
        answers("HTTP/1.1 200 OK", large(900), ", " + common("max_response_headers_kb: 1"));
        answers("HTTP/1.1 502 Bad Gateway", large(1100), ", " + common("max_response_headers_kb: 1"));
    }

    private static HttpServer slow(CountDownLatch go, AtomicInteger asked) throws IOException {
        var app = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        app.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        app.createContext("/", exchange -> {
            asked.incrementAndGet();
            try {
                go.await();
            } catch (InterruptedException interrupted) {
                throw new IOException(interrupted);
            }
        });
        app.start();
        return app;
    }

    @Test
    void gives_a_request_up_that_takes_longer_at_its_host_than_the_cluster_says() throws Exception {
        var go = new CountDownLatch(1);
        var asked = new AtomicInteger();
        var app = slow(go, asked);
        try {
            var cluster = SideBySide.host(app.getAddress().getPort()) + ", " + common("max_stream_duration: 0.3s");
            SideBySide.holds(folder, SideBySide.http("", cluster), port -> {
                var answer = SideBySide.ask(port, GET, "reached");
                assertThat(answer).startsWith("HTTP/1.1 504 ").endsWith("\r\n\r\nupstream max stream duration reached");
            });
        } finally {
            go.countDown();
            app.stop(0);
        }
    }

    @Test
    void tries_such_a_request_again_where_its_route_names_resets() throws Exception {
        var go = new CountDownLatch(1);
        var asked = new AtomicInteger();
        var app = slow(go, asked);
        try {
            var routes = "routes: [{match: {prefix: /}, route: {cluster: app, "
                    + "retry_policy: {retry_on: reset, num_retries: 2}}}]";
            var cluster = SideBySide.host(app.getAddress().getPort()) + ", " + common("max_stream_duration: 0.2s");
            var bootstrap = SideBySide.http("", cluster).replace(SideBySide.ROUTES, routes);
            SideBySide.holds(folder, bootstrap, port -> {
                asked.set(0);
                assertThat(SideBySide.first(port, GET)).isEqualTo("HTTP/1.1 504 Gateway Timeout");
                assertThat(asked).hasValue(3);
            });
        } finally {
            go.countDown();
            app.stop(0);
        }
    }

    @Test
    void ends_an_answer_that_comes_for_longer_than_the_cluster_says() throws Exception {
        try (var app = Origin.answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab")) {
            var cluster = SideBySide.host(app.port()) + ", " + common("max_stream_duration: 0.3s");
            SideBySide.holds(
                    folder,
                    SideBySide.http("", cluster),
                    port -> assertThat(SideBySide.ask(port, GET, "never"))
                            .startsWith("HTTP/1.1 200")
                            .endsWith("\r\n\r\nab"));
        }
    }

    /// Three requests one after the other on one connection take as many connections to the host.
    private void connections(int expected, String cluster) throws Exception {
        try (var app = Origin.counting()) {
            SideBySide.holds(folder, SideBySide.http("", SideBySide.host(app.port()) + cluster), port -> {
                int before = app.connections();
                var answer = SideBySide.ask(port, GET + GET + GET.replace("/p", "/last"), "last");
                assertThat(answer.split("HTTP/1.1 200", -1)).hasSize(4);
                assertThat(app.connections() - before).isEqualTo(expected);
            });
        }
    }

    @Test
    void uses_a_connection_for_as_many_requests_as_any_of_the_fields_says() throws Exception {
        connections(1, "");
        connections(3, ", max_requests_per_connection: 1");
        connections(2, ", common_http_protocol_options: {max_requests_per_connection: 2}");
        connections(3, ", " + common("max_requests_per_connection: 1"));
        connections(3, ", max_requests_per_connection: 1, " + SideBySide.options(EXPLICIT));
    }

    @Test
    void tells_a_client_with_the_last_answer_that_its_connection_ends() throws Exception {
        try (var app = Origin.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")) {
            var listener = "common_http_protocol_options: {max_requests_per_connection: 2, max_headers_count: 2}";
            SideBySide.holds(folder, SideBySide.http(listener, SideBySide.host(app.port())), port -> {
                var answers = SideBySide.ask(port, GET + GET + GET, "never").split("HTTP/1.1 ", -1);
                assertThat(answers).hasSize(3);
                assertThat(answers[1]).startsWith("200 OK\r\n").doesNotContain("connection: close");
                assertThat(answers[2]).startsWith("200 OK\r\n").contains("connection: close\r\n");
                var three = "GET / HTTP/1.1\r\nHost: shop\r\na: b\r\nc: d\r\n\r\n";
                assertThat(SideBySide.first(port, three)).startsWith("HTTP/1.1 431 ");
            });
        }
    }

    @Test
    void does_with_underscores_in_names_what_the_listener_says() throws Exception {
        var under = "GET / HTTP/1.1\r\nHost: shop\r\nx_y: 1\r\n\r\n";
        try (var app = Origin.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")) {
            for (var action : new String[] {"ALLOW", "REJECT_REQUEST", "DROP_HEADER"}) {
                var listener = "common_http_protocol_options: {headers_with_underscores_action: " + action + "}";
                SideBySide.holds(folder, SideBySide.http(listener, SideBySide.host(app.port())), port -> {
                    int before = app.seen().size();
                    boolean rejected = action.equals("REJECT_REQUEST");
                    assertThat(SideBySide.first(port, under)).startsWith(rejected ? "HTTP/1.1 400 " : "HTTP/1.1 200 ");
                    assertThat(app.seen().size() - before).isEqualTo(rejected ? 0 : 1);
                    if (!rejected) {
                        assertThat(app.seen().getLast().contains("x_y: 1")).isEqualTo(action.equals("ALLOW"));
                    }
                });
            }
        }
    }
}
