package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is told of a request whose redirect the proxy follows: as of two, as Envoy does.
final class RedirectedFiguresTest {
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
                      access_log:
                      - name: file
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
                          path: "@LOG@"
                          log_format:
                            text_format_source:
                              inline_string: "%REQ(:PATH)% %RESPONSE_CODE% %RESPONSE_CODE_DETAILS% attempts=%UPSTREAM_REQUEST_ATTEMPT_COUNT% in=%BYTES_RECEIVED% out=%BYTES_SENT% %ROUTE_NAME% %UPSTREAM_CLUSTER% to=%RESP(LOCATION)%\\n"
                      http_filters:
                      - name: router
                        typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
                      route_config:
                        name: table
                        virtual_hosts:
                        - name: all
                          domains: ["*"]
                          include_request_attempt_count: true
                          include_attempt_count_in_response: true
                          routes:
                          - name: first
                            match: {prefix: /first}
                            route:
                              cluster: app
                              internal_redirect_policy: {}
                              retry_policy: {retry_on: 5xx, num_retries: 2, retry_back_off: {base_interval: 0.001s}}
                          - name: second
                            match: {prefix: /second}
                            route: {cluster: app}
                          - name: here
                            match: {prefix: /here}
                            direct_response: {status: 200, body: {inline_string: "here"}}
              clusters:
              - name: app
                type: STATIC
                load_assignment:
                  cluster_name: app
                  endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: @APP@}}}}]}]
            """;

    private final AtomicInteger asked = new AtomicInteger();

    @TempDir
    private Path state;

    /// Fails at first, then redirects to where the request says.
    private void redirect(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        boolean first = asked.getAndIncrement() == 0;
        exchange.getResponseHeaders()
                .set("location", "http://app" + exchange.getRequestHeaders().getFirst("x-to"));
        exchange.sendResponseHeaders(first ? 503 : 302, -1);
        exchange.close();
    }

    private static void tell(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        var attempt = exchange.getRequestHeaders().getFirst("x-envoy-attempt-count");
        var body = ("attempt " + attempt).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private FilteredProxy proxy() throws Exception {
        return new FilteredProxy(
                BOOTSTRAP, state, Map.of("/first", this::redirect, "/second", RedirectedFiguresTest::tell));
    }

    private List<String> log() {
        var log = state.resolve("requests.log");
        Awaitility.await()
                .until(() -> Files.exists(log) && Files.readAllLines(log).size() >= 2);
        try {
            return Files.readAllLines(log);
        } catch (IOException gone) {
            throw new AssertionError(gone);
        }
    }

    @Test
    void both_have_a_line_and_figures_of_their_own() throws Exception {
        try (var proxy = proxy()) {
            assertThat(proxy.ask("POST /first", "host: app", "x-to: /second", "content-length: 0"))
                    .startsWith("HTTP/1.1 200 ")
                    .contains("\nx-envoy-attempt-count: 1\n")
                    .endsWith("\n\nattempt 1");
            assertThat(log())
                    .containsExactly(
                            "/first 302 internal_redirect attempts=2 in=0 out=0 first app to=http://app/second",
                            "/second 200 via_upstream attempts=1 in=0 out=9 second app to=-");
            assertThat(proxy.metrics())
                    .contains("envoy_http_downstream_rq_total{envoy_http_conn_manager_prefix=\"in\"} 2\n")
                    .contains("envoy_cluster_upstream_rq_total{envoy_cluster_name=\"app\"} 3\n")
                    .contains("envoy_cluster_upstream_rq_retry{envoy_cluster_name=\"app\"} 1\n")
                    .contains("envoy_http_downstream_rq_completed{envoy_http_conn_manager_prefix=\"in\"} 1\n")
                    .contains("envoy_cluster_upstream_rq_completed{envoy_cluster_name=\"app\"} 1\n")
                    .doesNotContain("envoy_response_code=\"302\"", "envoy_response_code_class=\"3\"")
                    .contains("response_code=\"302\"");
        }
    }

    @Test
    void what_is_answered_here_after_it_was_forwarded_nowhere() throws Exception {
        asked.set(1);
        try (var proxy = proxy()) {
            assertThat(proxy.ask("POST /first", "host: app", "x-to: /here", "content-length: 0"))
                    .startsWith("HTTP/1.1 200 ")
                    .doesNotContain("x-envoy-attempt-count")
                    .endsWith("\n\nhere");
            assertThat(log())
                    .containsExactly(
                            "/first 302 internal_redirect attempts=1 in=0 out=0 first app to=http://app/here",
                            "/here 200 direct_response attempts=0 in=0 out=4 here - to=-");
            assertThat(proxy.metrics())
                    .contains("envoy_cluster_upstream_rq_total{envoy_cluster_name=\"app\"} 1\n")
                    .doesNotContain("envoy_cluster_upstream_rq_completed{");
        }
    }
}
