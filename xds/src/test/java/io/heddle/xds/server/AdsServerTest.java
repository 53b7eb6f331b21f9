package io.heddle.xds.server;

import static io.heddle.xds.server.TestSets.cluster;
import static io.heddle.xds.server.TestSets.endpoints;
import static io.heddle.xds.server.TestSets.listener;
import static io.heddle.xds.server.TestSets.routes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.heddle.model.name.Entitlement;
import io.heddle.model.name.SpiffeId;
import io.heddle.model.problem.Checked;
import io.heddle.xds.client.AdsClient;
import io.heddle.xds.client.AdsSubscriptions;
import io.heddle.xds.client.CertificateClient;
import io.heddle.xds.client.CertificateClient.Outcome;
import io.heddle.xds.client.CertificateRequest;
import io.heddle.xds.client.NodeInfo;
import io.heddle.xds.client.TlsFiles;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AdsServerTest {
    private static final String IDENTITY = "spiffe://cluster.local/ns/shop/sa/web";
    private static final ResourceSet ONE =
            ResourceSet.of(cluster("a", "1"), endpoints("a", 1), listener("out", "r"), routes("r", "1"));

    @TempDir
    private Path folder;

    private final Authority authority = new Authority();
    private final AtomicReference<ServingCertificate> serving = new AtomicReference<>(authority.serving());
    private final Connections connections = new Connections(ONE);
    private final List<SigningRequest> signed = new CopyOnWriteArrayList<>();
    private final List<String> fates = new CopyOnWriteArrayList<>();
    private AdsServer server;

    @BeforeEach
    void start() throws IOException {
        var any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        server = AdsServer.start(
                new AdsServer.Options(
                        Optional.of(any),
                        Optional.of(new AdsServer.Secure(any, serving::get, authority.rootPem(), this::sign))),
                connections);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private CertificateSigner.Signed sign(SigningRequest request) {
        signed.add(request);
        if (request.bearerToken().isEmpty() && request.certificate().isEmpty()) {
            return new CertificateSigner.Signed.NotAuthenticated("who are you");
        }
        return new CertificateSigner.Signed.Issued(
                List.of(authority.certify(request.csrPem(), IDENTITY), authority.rootPem()));
    }

    @Test
    void a_client_over_plaintext_gets_all_and_later_changes() {
        var client = new AdsSubscriptions((set, changed) -> Checked.ok(set), ResourceSet.EMPTY);
        try (var _ = AdsClient.start(plaintext("web", server), client, new Fate())) {
            await().untilAsserted(() -> assertThat(client.accepted()).isEqualTo(ONE));
            var two = ResourceSet.of(cluster("b", "1"), endpoints("b", 1), listener("out", "r"), routes("r", "2"));
            connections.offer(two);
            await().untilAsserted(() -> assertThat(client.accepted()).isEqualTo(two));
            await().untilAsserted(() -> assertThat(
                            connections.sessions.get(0).states().values())
                    .extracting(SyncState::status)
                    .containsOnly(SyncState.Status.SYNCED, SyncState.Status.NOT_SENT));
            assertThat(connections.events).contains("ack CDS " + two.version(ResourceType.CDS));
            assertThat(connections.nodes.get(0).metadata()).containsEntry("NAMESPACE", "shop");
        }
        await().untilAsserted(() -> assertThat(connections.events).contains("gone"));
    }

    @Test
    void a_client_reports_its_health_and_comes_back_after_the_server_went() throws IOException {
        var client = new AdsSubscriptions((set, changed) -> Checked.ok(set), ResourceSet.EMPTY);
        int port = server.plaintextPort().orElseThrow();
        try (var ads = AdsClient.start(plaintext("web", server), client, new Fate())) {
            await().untilAsserted(() -> assertThat(client.accepted()).isEqualTo(ONE));
            ads.reportHealth(false, "draining");
            await().untilAsserted(() -> assertThat(connections.events).contains("health false draining"));
            server.close();
            await().untilAsserted(() -> assertThat(fates).anyMatch(fate -> fate.startsWith("disconnected")));
            connections.events.clear();
            server = AdsServer.start(
                    new AdsServer.Options(
                            Optional.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)),
                            Optional.empty()),
                    connections);
            await().untilAsserted(() -> assertThat(connections.events).contains("health false draining"));
            await().untilAsserted(() ->
                    assertThat(fates.stream().filter("connected"::equals)).hasSizeGreaterThan(1));
            await().untilAsserted(() -> assertThat(
                            connections.sessions.get(0).states().get(ResourceType.CDS))
                    .extracting(SyncState::status)
                    .isEqualTo(SyncState.Status.SYNCED));
            assertThat(connections.events)
                    .as("nothing changed, so nothing is sent")
                    .noneMatch(e -> e.startsWith("ack"));
        }
    }

    @Test
    void a_refused_node_is_told_why() {
        var client = new AdsSubscriptions((set, changed) -> Checked.ok(set), ResourceSet.EMPTY);
        try (var _ = AdsClient.start(plaintext("unwanted", server), client, new Fate())) {
            await().untilAsserted(() -> assertThat(fates)
                    .anyMatch(fate -> fate.contains("PERMISSION_DENIED") && fate.contains("not wanted")));
        }
    }

    @Test
    void a_proxy_joins_with_a_token_then_uses_its_certificate() throws IOException {
        var root = authority.writeRoot(folder);
        var certificates =
                new CertificateClient("127.0.0.1", server.securePort().orElseThrow(), root);
        var request = CertificateRequest.generate();
        var issued = (Outcome.Issued) certificates.join(request.csrPem(), Duration.ofHours(1), "secret");
        assertThat(signed.get(0).bearerToken()).contains("secret");
        assertThat(signed.get(0).certificate()).isEmpty();
        // One file for both, the key first, as a proxy keeps its own.
        var pair = Files.writeString(
                folder.resolve("identity.pem"),
                request.privateKeyPem() + issued.chainPem().get(0));
        var identity = new TlsFiles(pair, pair, root);
        serving.set(authority.serving()); // a renewed certificate is used by the next handshake
        assertThat(certificates.renew(CertificateRequest.generate().csrPem(), Duration.ZERO, identity))
                .isInstanceOf(Outcome.Issued.class);
        assertThat(signed.get(1).certificate().map(Entitlement::identity))
                .contains(new SpiffeId("cluster.local", "shop", "web"));

        var client = new AdsSubscriptions((set, changed) -> Checked.ok(set), ResourceSet.EMPTY);
        try (var _ = AdsClient.start(secure("web", identity), client, new Fate())) {
            await().untilAsserted(() -> assertThat(client.accepted()).isEqualTo(ONE));
            assertThat(connections.nodes.get(0).identity()).contains(new SpiffeId("cluster.local", "shop", "web"));
        }
        try (var _ = AdsClient.start(secure("bank", identity), client, new Fate())) {
            await().untilAsserted(() ->
                    assertThat(fates).anyMatch(fate -> fate.contains("PERMISSION_DENIED") && fate.contains(IDENTITY)));
        }
    }

    @Test
    void refuses_who_proves_nothing_and_a_server_of_another_root() throws IOException {
        int port = server.securePort().orElseThrow();
        var csr = CertificateRequest.generate().csrPem();
        var stranger = new CertificateClient("127.0.0.1", port, authority.writeRoot(folder));
        assertThat(stranger.join(csr, Duration.ZERO, "x")).isInstanceOf(Outcome.Issued.class);
        var other = Files.writeString(folder.resolve("other.pem"), new Authority().rootPem());
        assertThat(new CertificateClient("127.0.0.1", port, other).join(csr, Duration.ZERO, "x"))
                .isInstanceOf(Outcome.Unreachable.class);
    }

    @Test
    void plaintext_is_for_loopback_only() {
        var everywhere = new InetSocketAddress("0.0.0.0", 0);
        assertThatThrownBy(() -> new AdsServer.Options(Optional.of(everywhere), Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("loopback");
    }

    @Test
    void speaks_state_of_the_world_as_envoy_does() throws InterruptedException {
        var channel = NettyChannelBuilder.forAddress(
                        "127.0.0.1", server.plaintextPort().orElseThrow())
                .usePlaintext()
                .build();
        var responses = new LinkedBlockingQueue<DiscoveryResponse>();
        var requests = AggregatedDiscoveryServiceGrpc.newStub(channel).streamAggregatedResources(into(responses));
        var cds = DiscoveryRequest.newBuilder().setTypeUrl(ResourceType.CDS.typeUrl());
        requests.onNext(cds.clone().setNode(Node.newBuilder().setId("envoy")).build());
        var clusters = responses.poll(10, TimeUnit.SECONDS);
        assertThat(clusters.getResourcesList()).hasSize(1);
        requests.onNext(cds.clone()
                .setVersionInfo(clusters.getVersionInfo())
                .setResponseNonce(clusters.getNonce())
                .build());
        requests.onNext(DiscoveryRequest.newBuilder()
                .setTypeUrl(ResourceType.EDS.typeUrl())
                .addResourceNames("a")
                .build());
        assertThat(responses.poll(10, TimeUnit.SECONDS).getTypeUrl()).isEqualTo(ResourceType.EDS.typeUrl());
        assertThat(connections.events).contains("ack CDS " + ONE.version(ResourceType.CDS));
        connections.offer(ONE.with(ResourceSet.of(cluster("b", "1"))));
        channel.shutdownNow();
        await().untilAsserted(() -> assertThat(connections.events).contains("gone"));
    }

    private static StreamObserver<DiscoveryResponse> into(LinkedBlockingQueue<DiscoveryResponse> responses) {
        return new StreamObserver<>() {
            @Override
            public void onNext(DiscoveryResponse response) {
                responses.add(response);
            }

            @Override
            public void onError(Throwable cause) {
                assertThat(cause).isNotNull();
            }

            @Override
            public void onCompleted() {
                assertThat(responses).isNotNull();
            }
        };
    }

    private final class Fate implements AdsClient.Watcher {
        @Override
        public void connected() {
            fates.add("connected");
        }

        @Override
        public void disconnected(AdsClient.Loss loss) {
            fates.add("disconnected " + loss.reason());
        }
    }

    private static AdsClient.Options plaintext(String id, AdsServer server) {
        return new AdsClient.Options(
                "127.0.0.1", server.plaintextPort().orElseThrow(), Optional.empty(), node(id, "shop"));
    }

    private AdsClient.Options secure(String namespaceOrId, TlsFiles identity) {
        var namespace = namespaceOrId.equals("bank") ? "bank" : "shop";
        return new AdsClient.Options(
                "127.0.0.1", server.securePort().orElseThrow(), Optional.of(identity), node("web", namespace));
    }

    private static NodeInfo node(String id, String namespace) {
        return new NodeInfo(id, "web", Map.of("NAMESPACE", namespace, "SERVICE_ACCOUNT", "web"), "0.1.0");
    }
}
