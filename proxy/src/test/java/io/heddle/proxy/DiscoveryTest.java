package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.heddle.proxy.dns.DnsServer;
import io.heddle.xds.read.ConfigDump;
import io.heddle.xds.resource.ResourceType;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A proxy under a server that sends it good and bad resources, early and late.
class DiscoveryTest {
    @TempDir
    private Path state;

    private HttpServer application;
    private ScriptedAds server;
    private Proxy proxy;

    @BeforeEach
    void start() throws Exception {
        application = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        application.createContext("/", exchange -> {
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        application.start();
        server = ScriptedAds.start();
        proxy = startProxy(server);
    }

    private Proxy startProxy(ScriptedAds control) throws Exception {
        return Proxy.start(
                ProxyOptions.of(new ProxyOptions.BootstrapSource.Text("""
                node: {id: test, cluster: test}
                dynamic_resources:
                  ads_config:
                    api_type: DELTA_GRPC
                    transport_api_version: V3
                    grpc_services: [{envoy_grpc: {cluster_name: control}}]
                  cds_config: {ads: {}, resource_api_version: V3}
                  lds_config: {ads: {}, resource_api_version: V3}
                static_resources:
                  clusters:
                  - name: control
                    type: STATIC
                    http2_protocol_options: {}
                    load_assignment:
                      cluster_name: control
                      endpoints:
                      - lb_endpoints:
                        - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}
                """.formatted(control.port())), state));
    }

    @AfterEach
    void stop() {
        proxy.close();
        server.close();
        application.stop(0);
    }

    @Test
    void a_bad_cluster_of_an_update_is_refused_alone_and_told_in_the_dump() throws Exception {
        var nonce =
                server.send(cluster("app"), aggregate("one", "two"), aggregate("two", "one"), aggregate("fine", "app"));
        var answer = server.answer(nonce);
        assertThat(answer.getErrorDetail().getMessage().lines())
                .hasSize(2)
                .anyMatch(line -> line.startsWith("Cluster one: cluster_type.typed_config.clusters: leads back"))
                .anyMatch(line -> line.startsWith("Cluster two: cluster_type.typed_config.clusters: leads back"));
        server.send(listener());
        server.subscription(ResourceType.RDS, "routes");
        server.send(routes("fine"));
        proxy.ready().get(20, TimeUnit.SECONDS);
        assertThat(status("/")).isEqualTo(204);
        assertThat(proxy.configDump(ConfigDump.Wanted.ALL))
                .contains("\"error_state\"")
                .contains("leads back");

        server.answer(server.send(aggregate("one", "app"), aggregate("two", "one")));
        assertThat(proxy.configDump(ConfigDump.Wanted.ALL)).doesNotContain("error_state");
        assertThat(proxy.clusters()).map(found -> found.cluster().name()).contains("one", "two");

        server.answer(server.send(aggregate("one", "one")));
        assertThat(proxy.configDump(ConfigDump.Wanted.ALL)).contains("\"error_state\"");
        server.answer(server.send(aggregate("one", "app")));
        assertThat(proxy.configDump(ConfigDump.Wanted.ALL))
                .as("the version that is live came again")
                .doesNotContain("error_state");
    }

    @Test
    void the_last_good_version_of_a_resource_stays_also_over_a_restart() throws Exception {
        server.send(cluster("app"));
        server.send(listener());
        server.subscription(ResourceType.RDS, "routes");
        server.answer(server.send(routes("app")));
        var bad = routes("app").toBuilder();
        bad.getVirtualHostsBuilder(0).clearDomains();
        var answer = server.answer(server.send(bad.build()));
        assertThat(answer.getErrorDetail().getMessage())
                .contains("RouteConfiguration routes: virtual_hosts[0].domains: is empty");
        assertThat(status("/")).isEqualTo(204);

        proxy.close();
        server.close();
        server = ScriptedAds.start();
        proxy = startProxy(server);
        server.send(cluster("app"), cluster("new"));
        server.send(listener());
        server.subscription(ResourceType.RDS, "routes");
        assertThat(server.answer(server.send(bad.build())).hasErrorDetail()).isTrue();
        proxy.ready().get(20, TimeUnit.SECONDS);
        assertThat(status("/")).isEqualTo(204);
        assertThat(proxy.ads().orElseThrow().status().fromDisk()).isFalse();
        assertThat(proxy.clusters()).map(found -> found.cluster().name()).contains("new");
    }

    @Test
    void a_listener_whose_port_is_taken_keeps_no_other_from_opening() throws Exception {
        server.send(cluster("app"));
        var taken = listener().toBuilder().setName("taken");
        taken.getAddressBuilder()
                .getSocketAddressBuilder()
                .setPortValue(application.getAddress().getPort());
        var nonce = server.send(listener(), taken.build());
        server.subscription(ResourceType.RDS, "routes");
        server.send(routes("app"));
        assertThat(server.answer(nonce).getErrorDetail().getMessage()).startsWith("Listener taken: address: ");
        proxy.ready().get(20, TimeUnit.SECONDS);
        assertThat(status("/")).isEqualTo(204);
        assertThat(proxy.listeners()).containsOnlyKeys("ingress");
    }

    @Test
    void a_route_goes_live_when_the_endpoints_of_its_new_cluster_are_there() throws Exception {
        server.send(cluster("app"));
        server.send(listener());
        server.subscription(ResourceType.RDS, "routes");
        server.answer(server.send(routes("app")));
        assertThat(status("/")).isEqualTo(204);

        var clusters = server.send(
                cluster("app"),
                cluster("next").toBuilder()
                        .setType(Cluster.DiscoveryType.EDS)
                        .clearLoadAssignment()
                        .setEdsClusterConfig(
                                ScriptedAds.read("{'eds_config': {'ads': {}}}", Cluster.EdsClusterConfig.newBuilder()))
                        .build());
        server.subscription(ResourceType.EDS, "next");
        var routes = server.send(routes("next"));
        assertThat(status("/")).isEqualTo(204);
        assertThat(proxy.clusters()).map(found -> found.cluster().name()).doesNotContain("next");
        server.send(cluster("next").getLoadAssignment());
        assertThat(server.answer(clusters).hasErrorDetail()).isFalse();
        assertThat(server.answer(routes).hasErrorDetail()).isFalse();
        assertThat(status("/")).isEqualTo(204);
        assertThat(proxy.clusters()).map(found -> found.cluster().name()).contains("next");
    }

    @Test
    void a_route_goes_live_when_the_name_of_its_new_cluster_is_answered() throws Exception {
        try (var names = new DnsServer()) {
            names.set("app.test", 60, "127.0.0.1");
            server.send(cluster("app"), named("named", names.port(), 5));
            server.send(listener());
            server.subscription(ResourceType.RDS, "routes");
            server.answer(server.send(routes("named")));
            assertThat(status("/")).isEqualTo(204);
            server.answer(server.send(named("other", names.port(), 5)));
            assertThat(names.asked()).as("what is known is not asked for again").isEqualTo(1);
        }
    }

    @Test
    void a_name_that_nobody_answers_is_waited_for_as_long_as_a_connection_is() throws Exception {
        server.send(cluster("app"));
        server.send(listener());
        server.subscription(ResourceType.RDS, "routes");
        server.answer(server.send(routes("app")));
        try (var silent = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            var begin = System.nanoTime();
            var clusters = server.send(named("named", silent.getLocalPort(), 1));
            silent.receive(new DatagramPacket(new byte[512], 512));
            server.send(routes("named"));
            assertThat(status("/")).isEqualTo(204);
            assertThat(server.answer(clusters).hasErrorDetail()).isFalse();
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
            assertThat(status("/")).isEqualTo(503);
        }
    }

    private Cluster named(String name, int dnsPort, int connectTimeout) throws Exception {
        var cluster = cluster(name).toBuilder().clearType();
        cluster.getLoadAssignmentBuilder()
                .getEndpointsBuilder(0)
                .getLbEndpointsBuilder(0)
                .getEndpointBuilder()
                .getAddressBuilder()
                .getSocketAddressBuilder()
                .setAddress("app.test");
        return ScriptedAds.read("""
                        {'type': 'STRICT_DNS', 'connect_timeout': '%ds', 'dns_lookup_family': 'V4_ONLY',
                        'typed_dns_resolver_config': {'name': 'envoy.network.dns_resolver.cares', 'typed_config': {
                        '@type': 'type.googleapis.com/envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig',
                        'resolvers': [{'socket_address': {'address': '127.0.0.1', 'port_value': %d}}]}}}
                        """.formatted(connectTimeout, dnsPort), cluster).build();
    }

    private Cluster cluster(String name) throws Exception {
        return ScriptedAds.read("""
                        {'name': '%1$s', 'type': 'STATIC', 'load_assignment': {'cluster_name': '%1$s',
                        'endpoints': [{'lb_endpoints': [{'endpoint': {'address': {'socket_address': {
                        'address': '127.0.0.1', 'port_value': %2$d}}}}]}]}}
                        """.formatted(name, application.getAddress().getPort()), Cluster.newBuilder())
                .build();
    }

    private static Cluster aggregate(String name, String of) throws Exception {
        return ScriptedAds.read("""
                        {'name': '%s', 'lb_policy': 'CLUSTER_PROVIDED', 'cluster_type': {
                        'name': 'envoy.clusters.aggregate', 'typed_config': {
                        '@type': 'type.googleapis.com/envoy.extensions.clusters.aggregate.v3.ClusterConfig',
                        'clusters': ['%s']}}}
                        """.formatted(name, of), Cluster.newBuilder()).build();
    }

    private static Listener listener() throws Exception {
        return ScriptedAds.read("""
                        {'name': 'ingress', 'address': {'socket_address': {'address': '127.0.0.1', 'port_value': 0}},
                        'filter_chains': [{'filters': [{'name': 'http', 'typed_config': {
                        '@type': 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
                        'stat_prefix': 'ingress',
                        'rds': {'route_config_name': 'routes', 'config_source': {'ads': {}}},
                        'http_filters': [{'name': 'router', 'typed_config': {
                        '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router'}}]}}]}]}
                        """, Listener.newBuilder()).build();
    }

    private static RouteConfiguration routes(String cluster) throws Exception {
        return ScriptedAds.read("""
                        {'name': 'routes', 'virtual_hosts': [{'name': 'all', 'domains': ['*'], 'routes': [
                        {'match': {'prefix': '/'}, 'route': {'cluster': '%s'}}]}]}
                        """.formatted(cluster), RouteConfiguration.newBuilder())
                .build();
    }

    private int status(String path) throws Exception {
        var port = Optional.ofNullable(proxy.listeners().get("ingress"))
                .orElseThrow()
                .getPort();
        try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                    .build();
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        }
    }
}
