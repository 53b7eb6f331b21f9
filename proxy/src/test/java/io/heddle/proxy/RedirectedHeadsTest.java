package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What of a request's head comes to the host that a redirect leads to, which the proxy follows.
final class RedirectedHeadsTest {
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
                      - name: mutation
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation
                      - name: router
                        typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
                      route_config:
                        name: table
                        virtual_hosts:
                        - name: all
                          domains: ["*"]
                          routes:
                          - match: {prefix: /first}
                            route: {cluster: app, internal_redirect_policy: {}}
                            request_headers_to_remove: [x-secret]
                            request_headers_to_add:
                            - {header: {key: x-user, value: ann}, append_action: OVERWRITE_IF_EXISTS_OR_ADD}
                            - {header: {key: x-added, value: first}}
                            typed_per_filter_config:
                              mutation:
                                "@type": type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute
                                mutations: {request_mutations: [{remove: x-hidden}]}
                          - match: {prefix: /second}
                            route: {cluster: app}
                            request_headers_to_add:
                            - {header: {key: x-added, value: second}}
              clusters:
              - name: app
                type: STATIC
                load_assignment:
                  cluster_name: app
                  endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: @APP@}}}}]}]
            """;

    @TempDir
    private Path state;

    private static void redirect(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        exchange.getResponseHeaders().set("location", "http://app/second");
        exchange.sendResponseHeaders(302, -1);
        exchange.close();
    }

    private static void tell(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        var lines = exchange.getRequestHeaders().entrySet().stream()
                .map(line -> line.getKey().toLowerCase(Locale.ROOT) + "=" + String.join(",", line.getValue()))
                .sorted()
                .collect(Collectors.joining("\n"));
        var body = lines.getBytes(StandardCharsets.ISO_8859_1);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Test
    void what_the_first_route_withheld_of_the_clients_head_does_not_come_back() throws Exception {
        var pages = Map.<String, HttpHandler>of(
                "/first", RedirectedHeadsTest::redirect, "/second", RedirectedHeadsTest::tell);
        try (var proxy = new FilteredProxy(BOOTSTRAP, state, pages)) {
            assertThat(proxy.ask("GET /first", "host: app", "x-secret: s", "x-hidden: h", "x-user: bob", "x-kept: k"))
                    .startsWith("HTTP/1.1 200 ")
                    .contains("\nx-kept=k\n", "\nx-envoy-original-url=http://app/first\n")
                    .as("each route says for itself what its hosts get")
                    .contains("\nx-added=second\n")
                    .doesNotContain("x-secret=", "x-hidden=", "x-user=");
        }
    }
}
