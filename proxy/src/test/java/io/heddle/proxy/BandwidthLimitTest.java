package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpExchange;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// Bodies that go no faster than their rate. A bucket begins with a second's worth, so what is twice as long takes at
/// least a second. Only lower bounds of time are asked for: a slow machine proves nothing.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BandwidthLimitTest {
    private static final int KIBIBYTE = 1024;
    private static final String BOOTSTRAP = """
            admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
            static_resources:
              listeners:
              - name: in
                address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                filter_chains:
                - filters:
                  - name: http
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                      stat_prefix: in
                      http_filters:
                      - name: envoy.filters.http.bandwidth_limit
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.http.bandwidth_limit.v3.BandwidthLimit
                          stat_prefix: usual
                      - name: router
                        typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
                      route_config:
                        name: table
                        virtual_hosts:
                        - name: all
                          domains: ["*"]
                          routes:
                          - match: {prefix: /down}
                            route: {cluster: app}
                            typed_per_filter_config: {envoy.filters.http.bandwidth_limit: @LIMIT@ stat_prefix: down, enable_mode: RESPONSE, limit_kbps: 100, enable_response_trailers: true, response_trailer_prefix: shop}}
                          - match: {prefix: /second}
                            route: {cluster: app}
                            typed_per_filter_config: {envoy.filters.http.bandwidth_limit: @LIMIT@ stat_prefix: second, enable_mode: RESPONSE, limit_kbps: 100, fill_interval: 0.02s}}
                          - match: {prefix: /up}
                            route: {cluster: app}
                            typed_per_filter_config: {envoy.filters.http.bandwidth_limit: @LIMIT@ stat_prefix: up, enable_mode: REQUEST, limit_kbps: 100}}
                          - {match: {prefix: /}, route: {cluster: app}}
              clusters:
              - name: app
                type: STATIC
                load_assignment:
                  cluster_name: app
                  endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: @APP@}}}}]}]
            """;

    private FilteredProxy proxy;

    @BeforeAll
    void start(@TempDir Path state) throws Exception {
        proxy = new FilteredProxy(
                BOOTSTRAP.replace(
                        "@LIMIT@",
                        "{\"@type\": type.googleapis.com/envoy.extensions.filters.http.bandwidth_limit.v3.BandwidthLimit,"),
                state,
                Map.of("/", BandwidthLimitTest::answer));
    }

    @AfterAll
    void stop() {
        proxy.close();
    }

    /// Answers with as many bytes as the query says, or with how many came.
    private static void answer(HttpExchange exchange) throws IOException {
        int came = exchange.getRequestBody().readAllBytes().length;
        var query = exchange.getRequestURI().getQuery();
        var body = query == null
                ? ("bytes " + came).getBytes(StandardCharsets.ISO_8859_1)
                : "x".repeat(Integer.parseInt(query)).getBytes(StandardCharsets.ISO_8859_1);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private String send(String to, String head, String body) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port(to))) {
            socket.setSoTimeout(20_000);
            var text = head + " HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\ncontent-length: " + body.length()
                    + "\r\n\r\n" + body;
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void an_answer_goes_no_faster_than_its_rate_and_says_how_long_it_took() throws IOException {
        int size = 150 * KIBIBYTE;
        long began = System.nanoTime();
        var answer = send("in", "GET /down?" + size, "");
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(480));
        assertThat(answer.chars().filter(c -> c == 'x').count()).isGreaterThanOrEqualTo(size);
        assertThat(answer)
                .contains("transfer-encoding: chunked")
                .contains("\r\n0\r\nshop-bandwidth-request-delay-ms: 0\r\nshop-bandwidth-response-delay-ms: ")
                .containsPattern("response-delay-ms: [1-9][0-9]+\r\nshop-bandwidth-request-filter-delay-ms: 0\r\n")
                .containsPattern("shop-bandwidth-response-filter-delay-ms: [1-9][0-9]+\r\n\r\n$");
        assertThat(send("admin", "GET /stats/prometheus", ""))
                .contains("envoy_http_bandwidth_limit_response_enabled{envoy_http_bandwidth_limit_prefix=\"down\"} 1")
                .contains("envoy_http_bandwidth_limit_response_enforced{envoy_http_bandwidth_limit_prefix=\"down\"} 1")
                .contains("envoy_http_bandwidth_limit_response_allowed_total_size{envoy_http_bandwidth_limit_prefix="
                        + "\"down\"} " + size);
    }

    @Test
    void a_request_goes_no_faster_than_its_rate_and_keeps_its_length() throws IOException {
        int size = 150 * KIBIBYTE;
        long began = System.nanoTime();
        assertThat(send("in", "POST /up", "x".repeat(size))).endsWith("bytes " + size);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(480));
    }

    @Test
    void what_is_not_limited_is_not() throws IOException {
        assertThat(send("in", "POST /", "x".repeat(1 << 20))).endsWith("bytes " + (1 << 20));
        assertThat(send("admin", "GET /stats/prometheus", "")).doesNotContain("\"usual\"");
    }

    @Test
    void http2_is_limited_alike() throws Exception {
        var curl = Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .map(path -> Path.of(path, "curl"))
                .filter(file -> file.toFile().canExecute())
                .findFirst();
        assumeTrue(curl.isPresent(), "SKIPPED: no curl here");
        int size = 150 * KIBIBYTE;
        long began = System.nanoTime();
        var process = new ProcessBuilder(
                        curl.get().toString(),
                        "-s",
                        "--max-time",
                        "20",
                        "--http2-prior-knowledge",
                        "http://127.0.0.1:" + proxy.port("in") + "/second?" + size)
                .start();
        assertThat(process.getInputStream().readAllBytes()).hasSize(size);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(480));
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }
}
