package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.heddle.proxy.dns.DnsServer;
import io.heddle.proxy.tls.TestAuthority;
import io.heddle.xds.read.ConfigDump;
import io.heddle.xds.resource.ResourceType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
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
        return Proxy.start(ProxyOptions.of(new ProxyOptions.BootstrapSource.Text(control.bootstrap()), state));
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
    void what_is_bad_by_itself_is_refused_though_endpoints_are_still_waited_for() throws Exception {
        var patient = ScriptedAds.read("""
                        {'name': 'app', 'type': 'EDS', 'eds_cluster_config': {
                        'eds_config': {'ads': {}, 'initial_fetch_timeout': '0s'}}}
                        """, Cluster.newBuilder()).build();
        var answer = server.answer(server.send(patient, aggregate("bad", "bad")));
        assertThat(answer.getErrorDetail().getMessage()).startsWith("Cluster bad: ");
        assertThat(proxy.configDump(ConfigDump.Wanted.ALL)).contains("\"error_state\"");
        server.send(listener());
        server.subscription(ResourceType.RDS, "routes");
        server.send(routes("app"));
        assertThat(proxy.ready()).isNotDone();
        server.answer(server.send(cluster("app").getLoadAssignment()));
        proxy.ready().get(20, TimeUnit.SECONDS);
        assertThat(status("/")).isEqualTo(204);
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

    @Test
    void listeners_wait_for_the_first_checks_of_hosts_and_changed_clusters_serve_on_until_then() throws Exception {
        try (var first = new CheckedHost(201);
                var second = new CheckedHost(202)) {
            server.send(checked("next", first.port(), "20s"));
            server.send(listener());
            server.subscription(ResourceType.RDS, "routes");
            var routes = server.send(routes("next"));
            first.asked();
            assertThat(proxy.listeners()).as("wait for the check").isEmpty();
            first.answers();
            server.answer(routes);
            assertThat(status("/")).isEqualTo(201);

            var changed = server.send(checked("next", second.port(), "20s"));
            second.asked();
            assertThat(status("/")).as("the older version serves on").isEqualTo(201);
            second.answers();
            assertThat(server.answer(changed).hasErrorDetail()).isFalse();
            assertThat(status("/")).isEqualTo(202);
            assertThat(first.checks()).isEqualTo(1);
            assertThat(second.checks()).as("what was found out goes into use").isEqualTo(1);
        }
    }

    @Test
    void a_host_that_says_nothing_is_waited_for_as_long_as_a_check_may_take() throws Exception {
        try (var host = new CheckedHost(201)) {
            server.send(cluster("app"));
            server.send(listener());
            server.subscription(ResourceType.RDS, "routes");
            server.answer(server.send(routes("app")));
            var begin = System.nanoTime();
            var clusters = server.send(checked("next", host.port(), "1s"));
            var routes = server.send(routes("next"));
            host.asked();
            assertThat(status("/")).isEqualTo(204);
            server.answer(clusters);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
            server.answer(routes);
            assertThat(status("/")).as("there are no panics").isEqualTo(503);
        }
    }

    @Test
    void a_host_that_comes_to_a_cluster_in_use_gets_no_requests_before_it_was_checked() throws Exception {
        try (var first = new CheckedHost(201);
                var second = new CheckedHost(202)) {
            first.answers();
            var eds = checked("next", first.port(), "20s").toBuilder()
                    .setType(Cluster.DiscoveryType.EDS)
                    .setEdsClusterConfig(
                            ScriptedAds.read("{'eds_config': {'ads': {}}}", Cluster.EdsClusterConfig.newBuilder()));
            var endpoints = eds.getLoadAssignment();
            server.send(eds.clearLoadAssignment().build());
            server.subscription(ResourceType.EDS, "next");
            server.send(endpoints);
            server.send(listener());
            server.subscription(ResourceType.RDS, "routes");
            server.answer(server.send(routes("next")));

            var more = endpoints.toBuilder();
            more.getEndpointsBuilder(0)
                    .addLbEndpoints(checked("next", second.port(), "20s")
                            .getLoadAssignment()
                            .getEndpoints(0)
                            .getLbEndpoints(0));
            server.answer(server.send(more.build()));
            second.asked();
            for (int i = 0; i < 6; i++) {
                assertThat(status("/")).isEqualTo(201);
            }
            second.answers();
            await().until(() -> status("/") == 202);
        }
    }

    @Test
    void hosts_are_checked_when_the_secrets_of_their_cluster_are_there() throws Exception {
        var mesh = TestAuthority.create("mesh");
        var host = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        host.setHttpsConfigurator(new HttpsConfigurator(proving(mesh.issue(TestAuthority.dns("app")))));
        host.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        host.start();
        try {
            var tls = ScriptedAds.read("""
                    {'transport_socket': {'name': 'tls', 'typed_config': {
                    '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext',
                    'common_tls_context': {'validation_context_sds_secret_config': {
                    'name': 'roots', 'sds_config': {'ads': {}}}}}}}
                    """, checked("next", host.getAddress().getPort(), "20s").toBuilder());
            server.send(tls.build());
            server.subscription(ResourceType.SDS, "roots");
            server.send(Secret.newBuilder()
                    .setName("roots")
                    .setValidationContext(CertificateValidationContext.newBuilder()
                            .setTrustedCa(DataSource.newBuilder().setInlineString(mesh.rootPem())))
                    .build());
            server.send(listener());
            server.subscription(ResourceType.RDS, "routes");
            server.answer(server.send(routes("next")));
            assertThat(status("/")).isEqualTo(200);
        } finally {
            host.stop(0);
        }
    }

    private static SSLContext proving(TestAuthority.Issued issued) throws Exception {
        var chain = CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(issued.chain().getBytes(StandardCharsets.US_ASCII)));
        var key = Base64.getMimeDecoder().decode(issued.key().replaceAll("-----.*-----", ""));
        var store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setKeyEntry(
                "own",
                KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(key)),
                new char[0],
                chain.toArray(Certificate[]::new));
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, new char[0]);
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    /// A host whose first check waits for the test; later ones are well at once.
    private static final class CheckedHost implements AutoCloseable {
        private final HttpServer host;
        private final CountDownLatch asked = new CountDownLatch(1);
        private final CountDownLatch answers = new CountDownLatch(1);
        private final AtomicInteger checks = new AtomicInteger();

        /// Answers requests with `status`.
        CheckedHost(int status) throws IOException {
            host = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            host.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            host.createContext("/healthz", exchange -> {
                checks.incrementAndGet();
                asked.countDown();
                try {
                    answers.await();
                } catch (InterruptedException ended) {
                    Thread.currentThread().interrupt();
                }
                exchange.sendResponseHeaders(200, -1);
                exchange.close();
            });
            host.createContext("/", exchange -> {
                exchange.sendResponseHeaders(status, -1);
                exchange.close();
            });
            host.start();
        }

        int port() {
            return host.getAddress().getPort();
        }

        int checks() {
            return checks.get();
        }

        void asked() throws InterruptedException {
            assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
        }

        void answers() {
            answers.countDown();
        }

        @Override
        public void close() {
            answers.countDown();
            host.stop(0);
        }
    }

    /// A cluster of one host, which is checked, and asked again only after an hour.
    private Cluster checked(String name, int port, String timeout) throws Exception {
        var cluster = cluster(name).toBuilder();
        cluster.getLoadAssignmentBuilder()
                .getEndpointsBuilder(0)
                .getLbEndpointsBuilder(0)
                .getEndpointBuilder()
                .getAddressBuilder()
                .getSocketAddressBuilder()
                .setPortValue(port);
        return ScriptedAds.read("""
                        {'common_lb_config': {'healthy_panic_threshold': {'value': 0}}, 'health_checks': [{
                        'timeout': '%s', 'interval': '3600s', 'no_traffic_interval': '3600s', 'unhealthy_threshold': 1,
                        'healthy_threshold': 1, 'http_health_check': {'path': '/healthz'}}]}
                        """.formatted(timeout), cluster).build();
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
