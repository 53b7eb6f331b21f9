package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpHandler;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A request that waits behind another one on its connection meets all filters, however the one before it ends.
final class PipelinedFiltersTest {
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
                      - name: envoy.filters.http.fault
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault
                          delay: {header_delay: {}, percentage: {numerator: 100}}
                      - name: envoy.filters.http.decompressor
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.http.decompressor.v3.Decompressor
                          decompressor_library:
                            name: gzip
                            typed_config: {"@type": type.googleapis.com/envoy.extensions.compression.gzip.decompressor.v3.Gzip}
                      - name: envoy.filters.http.rbac
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC
                          rules:
                            action: DENY
                            policies:
                              admin:
                                permissions: [{url_path: {path: {prefix: /admin}}}]
                                principals: [{any: true}]
                      - name: router
                        typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
                      route_config:
                        name: table
                        virtual_hosts:
                        - {name: all, domains: ["*"], routes: [{match: {prefix: /}, route: {cluster: app}}]}
              clusters:
              - name: app
                type: STATIC
                load_assignment:
                  cluster_name: app
                  endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: @APP@}}}}]}]
            """;

    @Test
    void a_denied_request_is_denied_behind_one_whose_body_is_broken(@TempDir Path state) throws Exception {
        var seen = new ConcurrentLinkedQueue<String>();
        HttpHandler application = exchange -> {
            seen.add(exchange.getRequestURI().getPath());
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        };
        try (var proxy = new FilteredProxy(BOOTSTRAP, state, Map.of("/", application))) {
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port("in"))) {
                socket.setSoTimeout(20_000);
                var broken = request("POST /ok", 100, "content-encoding: gzip", "content-length: 20") + "x".repeat(20);
                var denied = request("GET /admin", 300, "connection: close");
                socket.getOutputStream().write((broken + denied).getBytes(StandardCharsets.ISO_8859_1));
                var answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
                assertThat(List.of(answers.split("(?=HTTP/1.1 )")))
                        .hasSize(2)
                        .satisfies(both -> assertThat(both.get(0)).startsWith("HTTP/1.1 400 "))
                        .satisfies(both -> assertThat(both.get(1)).startsWith("HTTP/1.1 403 "));
            }
        }
        assertThat(seen).doesNotContain("/admin");
    }

    private static String request(String line, int delayMillis, String... headers) {
        var delay = "x-envoy-fault-delay-request: " + delayMillis;
        return line + " HTTP/1.1\r\nhost: a\r\n" + delay + "\r\n" + String.join("\r\n", headers) + "\r\n\r\n";
    }
}
