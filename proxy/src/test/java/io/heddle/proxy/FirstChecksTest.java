package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A bootstrap whose listeners wait for the first checks of their hosts.
final class FirstChecksTest {
    private static final String BOOTSTRAP = """
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
                      - name: router
                        typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
                      route_config:
                        name: table
                        virtual_hosts:
                        - {name: all, domains: ["*"], routes: [{match: {prefix: /}, route: {cluster: app}}]}
              clusters:
              - name: app
                type: STATIC
                common_lb_config: {healthy_panic_threshold: {value: 0}}
                health_checks:
                - timeout: 10s
                  interval: 3600s
                  no_traffic_interval: 3600s
                  unhealthy_threshold: 1
                  healthy_threshold: 1
                  http_health_check: {path: /healthz}
                load_assignment:
                  cluster_name: app
                  endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: @APP@}}}}]}]
            """;

    private final AtomicInteger checks = new AtomicInteger();

    private void check(HttpExchange exchange) throws IOException {
        checks.incrementAndGet();
        ok(exchange);
    }

    private static void ok(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(200, -1);
        exchange.close();
    }

    @Test
    void the_first_request_finds_hosts_that_were_checked_once(@TempDir Path state) throws Exception {
        try (var proxy =
                new FilteredProxy(BOOTSTRAP, state, Map.of("/healthz", this::check, "/", FirstChecksTest::ok))) {
            assertThat(checks).hasValue(1);
            assertThat(proxy.ask("GET /", "host: app")).startsWith("HTTP/1.1 200 ");
            assertThat(checks).hasValue(1);
        }
    }
}
