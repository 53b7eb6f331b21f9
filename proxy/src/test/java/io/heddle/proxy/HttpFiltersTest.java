package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// What HTTP filters do to requests and answers, in a proxy as it is run: from a bootstrap to the bytes on both
/// sides. The application answers with the head that it got.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class HttpFiltersTest {
    private FilteredProxy proxy;

    @BeforeAll
    void start(@TempDir Path state) throws Exception {
        proxy = new FilteredProxy(FilteredProxy.read("filters.yaml"), state, Map.of("/", HttpFiltersTest::answer));
    }

    @AfterAll
    void stop() {
        proxy.close();
    }

    private static void answer(HttpExchange exchange) throws IOException {
        var text = new StringBuilder(exchange.getRequestMethod() + " " + exchange.getRequestURI() + "\n");
        new TreeMap<>(exchange.getRequestHeaders())
                .forEach((name, values) -> values.forEach(value -> text.append(name.toLowerCase(Locale.ROOT))
                        .append(": ")
                        .append(value)
                        .append('\n')));
        exchange.getResponseHeaders().add("X-Version", "v7");
        var body = text.toString().getBytes(StandardCharsets.UTF_8);
        exchange.getRequestBody().readAllBytes();
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Test
    void local_rate_limits_let_pass_what_their_buckets_hold() throws IOException {
        assertThat(proxy.ask("GET /", "host: limited", "x-user: ann"))
                .startsWith("HTTP/1.1 200 ")
                .contains("\nx-ratelimit-limit: 1\n", "\nx-ratelimit-remaining: 0\n", "\nx-ratelimit-reset: 60\n")
                .doesNotContain("x-limited");
        assertThat(proxy.ask("GET /", "host: limited", "x-user: ann"))
                .startsWith("HTTP/1.1 429 ")
                .contains("\nx-limited: 429\n")
                .endsWith("\n\nlocal_rate_limited");
        assertThat(proxy.ask("GET /", "host: limited", "x-user: ben"))
                .startsWith("HTTP/1.1 200 ")
                .contains("\nx-ratelimit-limit: 4\n", "\nx-ratelimit-remaining: 2\n");
        assertThat(proxy.ask("POST /", "host: limited", "x-user: ann", "content-type: application/grpc"))
                .startsWith("HTTP/1.1 200 ")
                .contains("\ngrpc-status: 8\n", "\ngrpc-message: local_rate_limited\n");
        assertThat(proxy.ask("GET /", "host: free", "x-user: ann"))
                .startsWith("HTTP/1.1 200 ")
                .doesNotContain("x-ratelimit");
        assertThat(proxy.metrics())
                .contains(
                        "envoy_http_local_rate_limit_enabled{envoy_local_http_ratelimit_prefix=\"cart\"} 4",
                        "envoy_http_local_rate_limit_ok{envoy_local_http_ratelimit_prefix=\"cart\"} 2",
                        "envoy_http_local_rate_limit_rate_limited{envoy_local_http_ratelimit_prefix=\"cart\"} 2",
                        "envoy_http_local_rate_limit_enforced{envoy_local_http_ratelimit_prefix=\"cart\"} 2")
                .doesNotContain("\"front\"");
    }

    @Test
    void answers_of_an_earlier_filter_are_changed_by_the_later_ones_too() throws IOException {
        assertThat(proxy.ask("GET /", "host: pages"))
                .startsWith("HTTP/1.1 200 ")
                .containsOnlyOnce("\nx-mutated: 200\n");
        assertThat(proxy.ask("POST /", "host: pages", "origin: https://nowhere.example"))
                .as("of csrf, which stands before")
                .startsWith("HTTP/1.1 403 ")
                .containsOnlyOnce("\nx-mutated: 403\n");
        assertThat(proxy.ask("GET /", "host: free")).startsWith("HTTP/1.1 200 ").doesNotContain("x-mutated");
    }

    @Test
    void pages_of_other_origins_may_ask_what_their_policy_says() throws IOException {
        var origin = "origin: https://a.page.example";
        assertThat(proxy.ask("OPTIONS /", "host: pages", origin, "access-control-request-method: PUT"))
                .startsWith("HTTP/1.1 200 ")
                .contains("\naccess-control-allow-origin: https://a.page.example\n")
                .contains("\naccess-control-allow-methods: GET, PUT\n")
                .endsWith("\n\n");
        assertThat(proxy.ask("GET /", "host: pages", origin))
                .contains("\naccess-control-allow-origin: https://a.page.example\n")
                .contains("\naccess-control-expose-headers: x-version\n")
                .contains("\naccess-control-allow-credentials: true\n")
                .contains("\nGET /\n");
        assertThat(proxy.ask("GET /", "host: pages", "origin: https://evil.example"))
                .doesNotContain("access-control");
        assertThat(proxy.metrics())
                .contains("envoy_http_cors_origin_valid{envoy_http_conn_manager_prefix=\"in\"}")
                .contains("envoy_http_cors_origin_invalid{envoy_http_conn_manager_prefix=\"in\"}");
    }

    @Test
    void another_page_changes_nothing() throws IOException {
        assertThat(proxy.ask("DELETE /", "host: pages", "origin: https://evil.example"))
                .startsWith("HTTP/1.1 403 ")
                .endsWith("\n\nInvalid origin");
        assertThat(proxy.ask("DELETE /", "host: pages", "origin: https://other.example"))
                .startsWith("HTTP/1.1 200 ");
        assertThat(proxy.ask("DELETE /", "host: free", "origin: https://evil.example"))
                .startsWith("HTTP/1.1 200 ");
        assertThat(proxy.metrics())
                .contains("envoy_http_csrf_request_invalid{envoy_http_conn_manager_prefix=\"in\"} 1")
                .contains("envoy_http_csrf_request_valid{envoy_http_conn_manager_prefix=\"in\"} 1");
    }

    @Test
    void heads_change_by_every_level_after_the_route() throws IOException {
        assertThat(proxy.ask("GET /", "host: pages", "x-gone: 1", "x-user: ann"))
                .contains("\nx-level: host\n", "\nx-who: ann\n", "\nx-version: v7 200\n")
                .doesNotContain("x-gone");
    }
}
