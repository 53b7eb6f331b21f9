package io.heddle.cli.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import io.heddle.control.ControlOptions;
import io.heddle.control.ControlPlane;
import io.heddle.proxy.Proxy;
import io.heddle.proxy.ProxyOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A control plane with a limits file and two proxies, all as they are run: what passes one is missing for
/// the other.
class SharedLimitsTest {
    /// A year is the window that a test is least likely to meet the end of.
    private static final String LIMITS = """
            domain: shop
            descriptors:
            - key: user
              rate_limit: { unit: year, requests_per_unit: 3 }
            """;

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
                      - name: envoy.filters.http.ratelimit
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.http.ratelimit.v3.RateLimit
                          domain: shop
                          timeout: 60s
                          failure_mode_deny: true
                          enable_x_ratelimit_headers: DRAFT_VERSION_03
                          rate_limit_service:
                            transport_api_version: V3
                            grpc_service: {envoy_grpc: {cluster_name: control}}
                      - name: router
                        typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
                      route_config:
                        name: table
                        virtual_hosts:
                        - name: all
                          domains: ["*"]
                          rate_limits:
                          - actions: [{request_headers: {header_name: x-user, descriptor_key: user}}]
                          routes: [{match: {prefix: /}, route: {cluster: app}}]
              clusters:
              - name: app
                type: STATIC
                load_assignment:
                  cluster_name: app
                  endpoints:
                  - lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: @APP@}}}}]
              - name: control
                type: STATIC
                typed_extension_protocol_options:
                  envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                    "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                    explicit_http_config: {http2_protocol_options: {}}
                load_assignment:
                  cluster_name: control
                  endpoints:
                  - lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: @XDS@}}}}]
            """;

    @TempDir
    private Path state;

    private final List<AutoCloseable> parts = new ArrayList<>();
    private final HttpClient client = HttpClient.newHttpClient();
    private HttpServer application;
    private ControlPlane control;

    @BeforeEach
    void start() throws Exception {
        application = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        application.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        application.start();
        var limits = Files.writeString(state.resolve("shop.yaml"), LIMITS);
        control = ControlPlane.start(ControlOptions.defaults()
                .withStateDirectory(state.resolve("control"))
                .withRateLimits(limits)
                .withPorts(new ControlOptions.Ports("127.0.0.1", 0, 0, 0, 0, List.of())));
        parts.add(control);
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        for (var part : parts.reversed()) {
            part.close();
        }
        application.stop(0);
    }

    private Proxy proxy(String name) throws Exception {
        var xds = control.endpoints().plaintextXds();
        var bootstrap = BOOTSTRAP
                .replace("@APP@", Integer.toString(application.getAddress().getPort()))
                .replace("@XDS@", xds.substring(xds.lastIndexOf(':') + 1));
        var proxy = Proxy.start(ProxyOptions.of(new ProxyOptions.BootstrapSource.Text(bootstrap), state.resolve(name)));
        parts.add(proxy);
        proxy.ready().get(30, TimeUnit.SECONDS);
        return proxy;
    }

    private String answer(Proxy proxy, String user) throws Exception {
        int port = Objects.requireNonNull(proxy.ports().get("in")).getPort();
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                .header("x-user", user)
                .version(HttpClient.Version.HTTP_1_1)
                .build();
        var response = client.send(request, BodyHandlers.discarding());
        return response.statusCode() + " "
                + response.headers().firstValue("x-ratelimit-remaining").orElse("-");
    }

    @Test
    void two_proxies_share_one_limit() throws Exception {
        var first = proxy("first");
        var second = proxy("second");
        assertThat(answer(first, "ann")).isEqualTo("200 2");
        assertThat(answer(second, "ann")).isEqualTo("200 1");
        assertThat(answer(first, "ann")).isEqualTo("200 0");
        assertThat(answer(second, "ann")).isEqualTo("429 0");
        assertThat(answer(first, "ann")).isEqualTo("429 0");
        assertThat(answer(second, "bob")).isEqualTo("200 2");
        var metrics = client.send(
                HttpRequest.newBuilder(
                                URI.create("http://" + control.endpoints().metrics() + "/metrics"))
                        .build(),
                BodyHandlers.ofString());
        assertThat(metrics.body())
                .contains("ratelimit_service_rate_limit_total_hits{domain=\"shop\",key=\"user\"} 6")
                .contains("ratelimit_service_rate_limit_over_limit{domain=\"shop\",key=\"user\"} 2");
    }

    @Test
    void a_start_with_a_bad_limits_file_is_refused_with_each_problem_beside_its_remedy() throws Exception {
        var bad = Files.writeString(state.resolve("bad.yaml"), LIMITS.replace("year", "fortnight") + "  nope: 1\n");
        var options = ControlOptions.defaults()
                .withStateDirectory(state.resolve("refused"))
                .withRateLimits(bad)
                .withPorts(new ControlOptions.Ports("127.0.0.1", 0, 0, 0, 0, List.of()));
        assertThatThrownBy(() -> ControlCommand.started(options)).isInstanceOfSatisfying(Failure.class, failure -> {
            assertThat(failure.code()).isEqualTo(ExitCode.REFUSED);
            assertThat(failure.reason().lines())
                    .hasSize(2)
                    .anyMatch(line -> line.contains("RateLimits file/bad.yaml: descriptors[0].rate_limit.unit: "
                            + "\"fortnight\" is no unit; use one of "))
                    .anyMatch(line -> line.contains("descriptors[0].nope: unknown field"));
            assertThat(failure.remedy()).isEmpty();
        });
    }
}
