package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.heddle.proxy.observe.AccessLogs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProxyTest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @TempDir
    private Path state;

    private HttpServer application;

    @BeforeEach
    void startApplication() throws IOException {
        application = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        application.createContext("/", exchange -> {
            var body = "hello".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        application.start();
    }

    @AfterEach
    void stopApplication() {
        application.stop(0);
    }

    @Test
    void the_defaults_are_these() {
        var options = ProxyOptions.of(new ProxyOptions.BootstrapSource.Text(""), Path.of("state"));
        assertThat(options.concurrency()).isEqualTo(1);
        assertThat(options.drainTime()).isEqualTo(Duration.ofSeconds(5));
        assertThat(options.identity()).isEqualTo(ProxyOptions.Identity.DEFAULT);
        assertThat(options.identity().lifetime()).isEqualTo(Duration.ofHours(24));
        assertThat(options.accessLog()).isEmpty();
        assertThat(options.metrics()).isEmpty();
        assertThat(options.node()).isEqualTo(ProxyOptions.NodeOverrides.NONE);
    }

    @Test
    void a_static_bootstrap_proxies_counts_and_logs() throws Exception {
        var log = state.resolve("access.log");
        var options = ProxyOptions.of(new ProxyOptions.BootstrapSource.Text(bootstrap()), state)
                .withAccessLog(new AccessLogs.Settings(log.toString(), "json"))
                .withMetrics(new ProxyOptions.MetricsPort("127.0.0.1", 0));
        try (var proxy = Proxy.start(options)) {
            proxy.ready().get(5, TimeUnit.SECONDS);
            assertThat(get(proxy, "ingress", "/books").body()).isEqualTo("hello");
            assertThat(get(proxy, "metrics", "/stats/prometheus").body())
                    .contains("istio_requests_total{reporter=\"source\"", "response_code=\"200\"")
                    .contains("# TYPE envoy_listener_downstream_cx_active gauge\n")
                    .contains("envoy_listener_downstream_cx_total{envoy_listener_address=\"127.0.0.1_"
                            + address(proxy, "ingress").getPort() + "\"} 1\n");
            assertThat(get(proxy, "metrics", "/config_dump").statusCode()).isEqualTo(404);
            checkAdmin(proxy);
        }
        assertThat(Files.readString(log)).contains("\"path\":\"/books\"", "\"status\":200");
    }

    private void checkAdmin(Proxy proxy) throws Exception {
        assertThat(get(proxy, "admin", "/ready").body()).isEqualTo("LIVE\n");
        assertThat(get(proxy, "admin", "/listeners").body())
                .isEqualTo("ingress::127.0.0.1:" + address(proxy, "ingress").getPort() + "\n");
        assertThat(get(proxy, "admin", "/clusters").body())
                .contains("app::127.0.0.1:" + application.getAddress().getPort() + "::health_flags::healthy");
        assertThat(get(proxy, "admin", "/config_dump").body()).contains("\"stat_prefix\": \"ingress\"");
        assertThat(get(proxy, "admin", "/server_info").body()).contains("\"state\": \"LIVE\"");
        assertThat(get(proxy, "admin", "/memory").body())
                .contains("\"allocated\"", "\"heap_size\"")
                .doesNotContain("heddle");
        assertThat(get(proxy, "admin", "/stats?usedonly&filter=stream_rq_%7Cserver.live")
                        .body())
                .contains(
                        "http.ingress.downstream_rq_total: 1\n",
                        "http.ingress.downstream_rq_2xx: 1\n",
                        "cluster.app.upstream_rq_total: 1\n",
                        "cluster.app.upstream_rq_2xx: 1\n",
                        "cluster.app.upstream_rq_200: 1\n",
                        "server.live: 1\n");
        assertThat(get(proxy, "admin", "/stats?filter=istio_build").body()).startsWith("istio_build{component=");
        assertThat(get(proxy, "admin", "/stats?filter=(").statusCode()).isEqualTo(400);
        assertThat(get(proxy, "admin", "/quitquitquit").statusCode()).isEqualTo(405);
        assertThat(proxy.quitAsked()).isNotDone();
        assertThat(post(proxy, "/quitquitquit", Optional.of("http://evil.example"))
                        .statusCode())
                .isEqualTo(405);
        assertThat(post(proxy, "/quitquitquit", Optional.empty()).statusCode()).isEqualTo(200);
        assertThat(proxy.quitAsked()).isCompleted();
        assertThat(raw(address(proxy, "admin"), "GET /config_dump HTTP/1.0\r\nHost: evil.example\r\n\r\n"))
                .startsWith("HTTP/1.1 421");
    }

    @Test
    void draining_closes_the_listeners_and_says_so() throws Exception {
        var options = ProxyOptions.of(new ProxyOptions.BootstrapSource.Text(bootstrap()), state);
        try (var proxy = Proxy.start(options)) {
            assertThat(get(proxy, "ingress", "/").statusCode()).isEqualTo(200);
            var ingress = address(proxy, "ingress");
            proxy.drain(Duration.ofSeconds(2)).get(5, TimeUnit.SECONDS);
            assertThat(get(proxy, "admin", "/ready").statusCode()).isEqualTo(503);
            assertThatThrownBy(() -> raw(ingress, "GET / HTTP/1.0\r\n\r\n")).isInstanceOf(IOException.class);
        }
    }

    @Test
    void a_bootstrap_that_makes_no_sense_is_refused_with_its_problems() {
        var options = ProxyOptions.of(new ProxyOptions.BootstrapSource.Text("static_resources: 7"), state);
        assertThatThrownBy(() -> Proxy.start(options))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("Bootstrap");
    }

    @Test
    void a_control_plane_over_tls_without_a_root_certificate_is_refused() {
        var text = """
                node: {id: n, cluster: c}
                dynamic_resources:
                  ads_config:
                    api_type: DELTA_GRPC
                    transport_api_version: V3
                    grpc_services: [{envoy_grpc: {cluster_name: control}}]
                static_resources:
                  clusters:
                  - name: control
                    type: STATIC
                    typed_extension_protocol_options:
                      envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                        "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                        explicit_http_config: {http2_protocol_options: {}}
                    load_assignment:
                      cluster_name: control
                      endpoints:
                      - lb_endpoints:
                        - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: 1}}}
                    transport_socket:
                      name: envoy.transport_sockets.tls
                      typed_config:
                        "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
                        common_tls_context:
                          tls_certificates:
                          - certificate_chain: {filename: %1$s/identity/cert-chain.pem}
                            private_key: {filename: %1$s/identity/key.pem}
                          validation_context:
                            trusted_ca: {filename: %1$s/identity/root.pem}
                """.formatted(state);
        var options = ProxyOptions.of(new ProxyOptions.BootstrapSource.Text(text), state);
        assertThatThrownBy(() -> Proxy.start(options))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("no root certificate");
    }

    private String bootstrap() {
        return """
                node: {id: test, cluster: test}
                admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
                static_resources:
                  listeners:
                  - name: ingress
                    address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                    filter_chains:
                    - filters:
                      - name: envoy.filters.network.http_connection_manager
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                          stat_prefix: ingress
                          route_config:
                            name: local
                            virtual_hosts:
                            - name: all
                              domains: ["*"]
                              routes:
                              - match: {prefix: /}
                                route: {cluster: app}
                          http_filters:
                          - name: envoy.filters.http.router
                            typed_config:
                              "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
                  clusters:
                  - name: app
                    type: STATIC
                    load_assignment:
                      cluster_name: app
                      endpoints:
                      - lb_endpoints:
                        - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}
                """.formatted(application.getAddress().getPort());
    }

    private static HttpResponse<String> get(Proxy proxy, String port, String path) throws Exception {
        return CLIENT.send(
                HttpRequest.newBuilder(uri(proxy, port, path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> post(Proxy proxy, String path, Optional<String> origin) throws Exception {
        var request = HttpRequest.newBuilder(uri(proxy, "admin", path)).POST(HttpRequest.BodyPublishers.noBody());
        origin.ifPresent(from -> request.header("origin", from));
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static URI uri(Proxy proxy, String port, String path) {
        return URI.create("http://127.0.0.1:" + address(proxy, port).getPort() + path);
    }

    private static InetSocketAddress address(Proxy proxy, String port) {
        return Optional.ofNullable(proxy.ports().get(port)).orElseThrow();
    }

    private static String raw(InetSocketAddress address, String request) throws IOException {
        try (var socket = new Socket(address.getAddress(), address.getPort())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
