package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A redirect that the proxy follows to a route whose filters want the request's body.
final class RedirectedBodiesTest {
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
                      - name: plain
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.http.decompressor.v3.Decompressor
                          decompressor_library:
                            name: gzip
                            typed_config: {"@type": type.googleapis.com/envoy.extensions.compression.gzip.decompressor.v3.Gzip}
                      - name: short
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.http.buffer.v3.Buffer
                          max_request_bytes: 100
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
                            typed_per_filter_config:
                              plain: &off
                                "@type": type.googleapis.com/envoy.config.route.v3.FilterConfig
                                disabled: true
                              short: *off
                          - match: {prefix: /short}
                            route: {cluster: app}
                            typed_per_filter_config:
                              plain: *off
                          - match: {prefix: /plain}
                            route: {cluster: app}
                            typed_per_filter_config:
                              short: *off
              clusters:
              - name: app
                type: STATIC
                load_assignment:
                  cluster_name: app
                  endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: @APP@}}}}]}]
            """;

    private final AtomicReference<String> redirected = new AtomicReference<>("");
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    private Path state;

    /// Redirects to where the request says, and notes what it got.
    private void redirect(HttpExchange exchange) throws IOException {
        redirected.set(text(exchange.getRequestBody().readAllBytes()));
        var place = "http://app" + exchange.getRequestHeaders().getFirst("x-to");
        exchange.getResponseHeaders().set("location", place);
        exchange.sendResponseHeaders(302, -1);
        exchange.close();
    }

    private static void echo(HttpExchange exchange) throws IOException {
        var body = exchange.getRequestBody().readAllBytes();
        var coding = exchange.getRequestHeaders().getFirst("content-encoding");
        exchange.getResponseHeaders().set("x-coding", coding == null ? "none" : coding);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static byte[] gzip(String text) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zipped = new GZIPOutputStream(bytes)) {
            zipped.write(text.getBytes(StandardCharsets.ISO_8859_1));
        }
        return bytes.toByteArray();
    }

    private FilteredProxy proxy() throws Exception {
        return new FilteredProxy(
                BOOTSTRAP,
                state,
                Map.of(
                        "/first", this::redirect,
                        "/plain", RedirectedBodiesTest::echo,
                        "/short", RedirectedBodiesTest::echo));
    }

    private HttpResponse<byte[]> post(FilteredProxy proxy, String to, byte[] body) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + proxy.port("in") + "/first"))
                .headers("x-to", to, "content-encoding", "gzip")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofByteArray());
    }

    @Test
    void its_filters_change_the_body_that_was_kept() throws Exception {
        try (var proxy = proxy()) {
            var body = gzip("what is said twice");
            var answer = post(proxy, "/plain", body);
            assertThat(redirected).hasValue(text(body));
            assertThat(text(answer.body())).isEqualTo("what is said twice");
            assertThat(answer.headers().firstValue("x-coding")).contains("none");
        }
    }

    @Test
    void its_filters_may_refuse_the_body_that_was_kept() throws Exception {
        try (var proxy = proxy()) {
            var fits = new byte[100];
            assertThat(post(proxy, "/short", fits).body()).isEqualTo(fits);
            assertThat(post(proxy, "/short", new byte[101]).statusCode()).isEqualTo(413);
            assertThat(redirected.get()).hasSize(101);
        }
    }
}
