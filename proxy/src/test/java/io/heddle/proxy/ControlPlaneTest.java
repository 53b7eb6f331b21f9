package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.heddle.proxy.ads.Obstacle;
import io.heddle.proxy.tls.TestAuthority;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import io.heddle.xds.server.Admission;
import io.heddle.xds.server.AdsServer;
import io.heddle.xds.server.AdsSession;
import io.heddle.xds.server.CertificateSigner;
import io.heddle.xds.server.ConnectedNode;
import io.heddle.xds.server.ProxyConnections;
import io.heddle.xds.server.ServingCertificate;
import io.heddle.xds.server.SigningRequest;
import java.io.IOException;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PublicKey;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ControlPlaneTest {
    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final String WEB = "spiffe://mesh.test/ns/shop/sa/web";

    @TempDir
    private Path state;

    private final TestAuthority mesh = TestAuthority.create("mesh");
    private final Set<PublicKey> keys = ConcurrentHashMap.newKeySet();
    private volatile ResourceSet offered = ResourceSet.EMPTY;
    private volatile boolean loseFirstAnswer;
    private volatile Admission admission = Admission.accepted();
    private String apiType = "DELTA_GRPC";
    private String names = "";
    private String type = "STATIC";
    private String host = "{address: 127.0.0.1, port_value: ";
    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    private final BlockingQueue<Boolean> reported = new LinkedBlockingQueue<>();

    @Test
    void joins_takes_its_configuration_and_restarts_without_the_control_plane() throws Exception {
        var application = HttpServer.create(ANY, 0);
        application.createContext("/", exchange -> {
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        application.start();
        var server = control(application.getAddress().getPort());
        var root = Files.writeString(state.resolve("mesh-root.pem"), mesh.rootPem());
        int port = server.securePort().orElseThrow();
        var options = ProxyOptions.of(new ProxyOptions.BootstrapSource.Text(bootstrap(port)), state)
                .withIdentity(new ProxyOptions.Identity(Optional.of("token"), Optional.of(root), Duration.ofHours(1)));
        try (var proxy = Proxy.start(options)) {
            proxy.ready().get(20, TimeUnit.SECONDS);
            assertThat(status(proxy)).isEqualTo(204);
            assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo("join token");
            assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo("node test");
            assertThat(seen.poll(10, TimeUnit.SECONDS)).startsWith("ack CDS");
            assertThat(proxy.identity().orElseThrow().principal()).contains(WEB);
        }
        server.close();
        // Refused at once, so the silence that a start would bear does not matter.
        options = options.withLastGoodAfter(Duration.ofMinutes(5));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state.resolve("identity/identity.pem"))))
                .isEqualTo("rw-------");

        try (var restarted = Proxy.start(options)) {
            restarted.ready().get(5, TimeUnit.SECONDS);
            assertThat(status(restarted)).isEqualTo(204);
            assertThat(restarted.ads().orElseThrow().status().fromDisk()).isTrue();
        }
        application.stop(0);
    }

    @Test
    void a_restart_with_the_control_plane_there_waits_for_it_and_serves_nothing_old() throws Exception {
        var old = answering(200);
        var fresh = answering(204);
        try (var server = control(old.getAddress().getPort())) {
            var options = joining(server).withLastGoodAfter(Duration.ofMinutes(5));
            try (var proxy = Proxy.start(options)) {
                proxy.ready().get(20, TimeUnit.SECONDS);
                assertThat(status(proxy)).isEqualTo(200);
            }
            offered = application(fresh.getAddress().getPort());
            try (var restarted = Proxy.start(options)) {
                assertThat(status(restarted)).isIn(503, 204);
                assertThat(restarted.ads().orElseThrow().status().fromDisk()).isFalse();
                restarted.ready().get(20, TimeUnit.SECONDS);
                assertThat(status(restarted)).isEqualTo(204);
            }
        }
        old.stop(0);
        fresh.stop(0);
    }

    @Test
    void a_silent_control_plane_is_waited_for_only_so_long() throws Exception {
        var application = answering(204);
        var server = control(application.getAddress().getPort());
        var options = joining(server);
        try (var proxy = Proxy.start(options)) {
            proxy.ready().get(20, TimeUnit.SECONDS);
        }
        int port = server.securePort().orElseThrow();
        server.close();
        try (var silent = new ServerSocket()) {
            silent.setReuseAddress(true);
            silent.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            try (var restarted = Proxy.start(options.withLastGoodAfter(Duration.ofMillis(300)))) {
                restarted.ready().get(20, TimeUnit.SECONDS);
                assertThat(status(restarted)).isEqualTo(204);
                assertThat(restarted.ads().orElseThrow().status().fromDisk()).isTrue();
            }
        }
        application.stop(0);
    }

    @Test
    void a_restart_that_refuses_what_it_gets_keeps_what_it_had() throws Exception {
        var application = answering(204);
        try (var server = control(application.getAddress().getPort())) {
            var options = joining(server).withLastGoodAfter(Duration.ofMinutes(5));
            try (var proxy = Proxy.start(options)) {
                proxy.ready().get(20, TimeUnit.SECONDS);
            }
            offered = ResourceSet.of(Cluster.newBuilder()
                    .setName("app")
                    .setType(Cluster.DiscoveryType.ORIGINAL_DST)
                    .build());
            try (var restarted = Proxy.start(options)) {
                restarted.ready().get(20, TimeUnit.SECONDS);
                assertThat(status(restarted)).isEqualTo(204);
                assertThat(restarted.ads().orElseThrow().status().rejected()).isPositive();
            }
        }
        application.stop(0);
    }

    @Test
    void a_lost_answer_does_not_cost_the_token() throws Exception {
        var application = answering(204);
        loseFirstAnswer = true;
        try (var server = control(application.getAddress().getPort());
                var proxy = Proxy.start(joining(server))) {
            proxy.ready().get(20, TimeUnit.SECONDS);
            assertThat(keys).hasSize(1);
            assertThat(status(proxy)).isEqualTo(204);
        }
        application.stop(0);
    }

    private static HttpServer answering(int code) throws IOException {
        var application = HttpServer.create(ANY, 0);
        application.createContext("/", exchange -> {
            exchange.sendResponseHeaders(code, -1);
            exchange.close();
        });
        application.start();
        return application;
    }

    private ProxyOptions joining(AdsServer server) throws IOException {
        var root = Files.writeString(state.resolve("mesh-root.pem"), mesh.rootPem());
        var text = bootstrap(server.securePort().orElseThrow());
        return ProxyOptions.of(new ProxyOptions.BootstrapSource.Text(text), state)
                .withIdentity(new ProxyOptions.Identity(Optional.of("token"), Optional.of(root), Duration.ofHours(1)));
    }

    @Test
    void a_refused_token_fails_the_start_with_the_reason() throws Exception {
        var root = Files.writeString(state.resolve("mesh-root.pem"), mesh.rootPem());
        try (var server = control(1)) {
            var text = bootstrap(server.securePort().orElseThrow());
            var options = ProxyOptions.of(new ProxyOptions.BootstrapSource.Text(text), state)
                    .withIdentity(
                            new ProxyOptions.Identity(Optional.of("stolen"), Optional.of(root), Duration.ofHours(1)));
            try (var proxy = Proxy.start(options)) {
                assertThatThrownBy(() -> proxy.ready().get(20, TimeUnit.SECONDS))
                        .hasStackTraceContaining("unknown token");
            }
        }
    }

    @Test
    void a_first_configuration_that_is_refused_is_told_at_once() throws Exception {
        try (var server = control(1)) {
            offered = ResourceSet.of(Cluster.newBuilder()
                    .setName("app")
                    .setType(Cluster.DiscoveryType.ORIGINAL_DST)
                    .build());
            try (var proxy = Proxy.start(joining(server))) {
                await().atMost(20, TimeUnit.SECONDS)
                        .until(() -> proxy.obstacle().isPresent());
                assertThat(proxy.obstacle().orElseThrow())
                        .isInstanceOfSatisfying(
                                Obstacle.ConfigurationRefused.class,
                                refused -> assertThat(refused.problems()).anySatisfy(problem -> {
                                    assertThat(problem.object()).isEqualTo("Cluster app");
                                    assertThat(problem.remedy()).isNotBlank();
                                }));
                assertThat(proxy.ready()).isNotDone();
            }
        }
    }

    @Test
    void a_control_plane_that_does_not_take_the_proxy_is_told_at_once_and_taken_up_again() throws Exception {
        var application = answering(204);
        admission = Admission.refused("no room");
        try (var server = control(application.getAddress().getPort());
                var proxy = Proxy.start(joining(server))) {
            await().atMost(20, TimeUnit.SECONDS).until(() -> proxy.obstacle().isPresent());
            assertThat(proxy.obstacle().orElseThrow())
                    .isInstanceOfSatisfying(
                            Obstacle.ProxyRefused.class,
                            refused -> assertThat(refused.reason()).contains("no room"));
            admission = Admission.accepted();
            proxy.ready().get(20, TimeUnit.SECONDS);
            assertThat(proxy.obstacle()).isEmpty();
        }
        application.stop(0);
    }

    @Test
    void a_control_plane_under_another_name_is_not_believed_though_the_mesh_signed_its_certificate() throws Exception {
        try (var server = control(ANY, TestAuthority.dns("somebody.else"));
                var proxy = Proxy.start(joining(server))) {
            await().until(() -> proxy.identity().orElseThrow().failures() > 0);
            assertThat(seen).isEmpty();
        }
    }

    @Test
    void the_names_that_the_bootstrap_asks_for_take_the_place_of_the_hosts() throws Exception {
        var application = answering(204);
        names = "match_typed_subject_alt_names: [{san_type: DNS, matcher: {exact: somebody.else}}]";
        try (var server = control(ANY, TestAuthority.dns("somebody.else"))) {
            offered = application(application.getAddress().getPort());
            try (var proxy = Proxy.start(joining(server))) {
                proxy.ready().get(20, TimeUnit.SECONDS);
                assertThat(status(proxy)).isEqualTo(204);
            }
        }
        application.stop(0);
    }

    @Test
    void a_control_plane_that_has_a_name_is_waited_for_until_the_name_is_known() throws Exception {
        var old = answering(200);
        host = "{address: localhost, port_value: ";
        type = "STRICT_DNS";
        try (var server = control(old.getAddress().getPort())) {
            var options = joining(server).withLastGoodAfter(Duration.ofMinutes(5));
            for (int start = 0; start < 2; start++) {
                try (var proxy = Proxy.start(options)) {
                    proxy.ready().get(20, TimeUnit.SECONDS);
                    assertThat(status(proxy)).isEqualTo(200);
                    assertThat(proxy.ads().orElseThrow().status().fromDisk()).isFalse();
                }
            }
        }
        old.stop(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"DELTA_GRPC", "GRPC"})
    void a_control_plane_that_comes_back_is_found_and_told_what_it_missed(String api) throws Exception {
        apiType = api;
        var old = answering(200);
        var fresh = answering(204);
        var server = control(old.getAddress().getPort());
        int port = server.securePort().orElseThrow();
        try (var proxy = Proxy.start(joining(server))) {
            proxy.ready().get(20, TimeUnit.SECONDS);
            assertThat(status(proxy)).isEqualTo(200);
            server.close();
            await().until(() -> !proxy.ads().orElseThrow().status().connected());
            assertThat(status(proxy)).isEqualTo(200);
            reported.clear();
            server = control(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                    new GeneralName(GeneralName.iPAddress, "127.0.0.1"));
            offered = application(fresh.getAddress().getPort());
            await().atMost(Duration.ofSeconds(20)).until(() -> status(proxy) == 204);
            await().until(() -> reported.contains(true));
            assertThat(proxy.ads().orElseThrow().status().connected()).isTrue();
        } finally {
            server.close();
            old.stop(0);
            fresh.stop(0);
        }
    }

    private AdsServer control(int applicationPort) throws IOException {
        offered = application(applicationPort);
        return control(ANY, TestAuthority.dns("localhost"), new GeneralName(GeneralName.iPAddress, "127.0.0.1"));
    }

    private AdsServer control(InetSocketAddress address, GeneralName... served) throws IOException {
        var issued = mesh.issue(served);
        var serving = new ServingCertificate(issued.chain(), issued.key());
        var secure = new AdsServer.Secure(address, () -> serving, mesh.rootPem(), this::sign);
        return AdsServer.start(new AdsServer.Options(Optional.empty(), Optional.of(secure)), new Offering());
    }

    private CertificateSigner.Signed sign(SigningRequest request) {
        seen.add("join " + request.bearerToken().orElse("none"));
        if (!request.bearerToken().equals(Optional.of("token"))) {
            return new CertificateSigner.Signed.NotAuthenticated("unknown token");
        }
        try (var parser = new PEMParser(new StringReader(request.csrPem()))) {
            var csr = new JcaPKCS10CertificationRequest((PKCS10CertificationRequest) parser.readObject());
            keys.add(csr.getPublicKey());
            if (loseFirstAnswer) {
                loseFirstAnswer = false;
                throw new IllegalStateException("the answer is lost");
            }
            var chain = mesh.certify(csr.getPublicKey(), Duration.ofHours(1), TestAuthority.uri(WEB));
            int end = chain.indexOf("-----BEGIN", 1);
            return new CertificateSigner.Signed.Issued(List.of(chain.substring(0, end), chain.substring(end)));
        } catch (IOException | java.security.GeneralSecurityException invalid) {
            return new CertificateSigner.Signed.Invalid(invalid.toString());
        }
    }

    private static ResourceSet application(int port) {
        var address = Address.newBuilder()
                .setSocketAddress(
                        SocketAddress.newBuilder().setAddress("127.0.0.1").setPortValue(port));
        var endpoint = LbEndpoint.newBuilder().setEndpoint(Endpoint.newBuilder().setAddress(address));
        return ResourceSet.of(Cluster.newBuilder()
                .setName("app")
                .setType(Cluster.DiscoveryType.STATIC)
                .setLoadAssignment(ClusterLoadAssignment.newBuilder()
                        .setClusterName("app")
                        .addEndpoints(LocalityLbEndpoints.newBuilder().addLbEndpoints(endpoint)))
                .build());
    }

    private final class Offering implements ProxyConnections {
        @Override
        public Admission connected(ConnectedNode node, AdsSession.Handle session) {
            seen.add("node " + node.id());
            session.offer(offered);
            return admission;
        }

        @Override
        public void acknowledged(AdsSession.Handle session, ResourceType type, String version) {
            seen.add("ack " + type);
        }

        @Override
        public void rejected(AdsSession.Handle session, ResourceType type, String version, String detail) {
            seen.add("nack " + detail);
        }

        @Override
        public void healthReported(AdsSession.Handle session, boolean healthy, String detail) {
            reported.add(healthy);
        }

        @Override
        public void disconnected(AdsSession.Handle session) {}
    }

    private String bootstrap(int port) {
        return """
                node: {id: test, cluster: test, metadata: {NAMESPACE: shop, SERVICE_ACCOUNT: web, WORKLOAD_NAME: web}}
                dynamic_resources:
                  cds_config: {ads: {}, resource_api_version: V3}
                  ads_config:
                    api_type: %3$s
                    transport_api_version: V3
                    grpc_services: [{envoy_grpc: {cluster_name: control}}]
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
                            - {name: all, domains: ["*"], routes: [{match: {prefix: /}, route: {cluster: app}}]}
                          http_filters:
                          - name: envoy.filters.http.router
                            typed_config:
                              "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
                  clusters:
                  - name: control
                    type: %5$s
                    dns_lookup_family: V4_PREFERRED
                    typed_extension_protocol_options:
                      envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                        "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                        explicit_http_config: {http2_protocol_options: {}}
                    load_assignment:
                      cluster_name: control
                      endpoints:
                      - lb_endpoints:
                        - endpoint: {address: {socket_address: %6$s%2$d}}}
                    transport_socket:
                      name: envoy.transport_sockets.tls
                      typed_config:
                        "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
                        common_tls_context:
                          tls_certificates:
                          - certificate_chain: {filename: %1$s/identity/identity.pem}
                            private_key: {filename: %1$s/identity/identity.pem}
                          validation_context:
                            trusted_ca: {filename: %1$s/identity/root.pem}
                            %4$s
                """.formatted(state, port, apiType, names, type, host);
    }

    private static int status(Proxy proxy) throws Exception {
        var address = Optional.ofNullable(proxy.ports().get("ingress")).orElseThrow();
        try (var client = HttpClient.newHttpClient()) {
            var uri = URI.create("http://127.0.0.1:" + address.getPort() + "/");
            return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        }
    }
}
