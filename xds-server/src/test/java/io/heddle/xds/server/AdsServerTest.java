package io.heddle.xds.server;

import static io.heddle.xds.server.TestSets.cluster;
import static io.heddle.xds.server.TestSets.endpoints;
import static io.heddle.xds.server.TestSets.listener;
import static io.heddle.xds.server.TestSets.routes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Any;
import com.google.protobuf.UInt64Value;
import com.google.protobuf.util.JsonFormat;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitRequest;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.heddle.model.limit.LimitRate;
import io.heddle.model.limit.LimitUnit;
import io.heddle.model.name.Entitlement;
import io.heddle.model.name.SpiffeId;
import io.heddle.model.problem.Checked;
import io.heddle.xds.client.AdsVariant;
import io.heddle.xds.client.CertificateRequest;
import io.heddle.xds.client.NodeInfo;
import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class AdsServerTest {
    private static final String IDENTITY = "spiffe://cluster.local/ns/shop/sa/web";
    private static final ResourceSet ONE =
            ResourceSet.of(cluster("a", "1"), endpoints("a", 1), listener("out", "r"), routes("r", "1"));

    private final Authority authority = new Authority();
    private final AtomicReference<ServingCertificate> serving = new AtomicReference<>(authority.serving());
    private final Connections connections = new Connections(ONE);
    private final List<SigningRequest> signed = new CopyOnWriteArrayList<>();
    private AdsServer server;

    @BeforeEach
    void start() throws IOException {
        var any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        server = AdsServer.start(
                new AdsServer.Options(
                        Optional.of(any),
                        Optional.of(new AdsServer.Secure(any, serving::get, authority.rootPem(), this::sign)),
                        Optional.of(AdsServerTest::judge)),
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

    @ParameterizedTest
    @EnumSource(AdsVariant.class)
    void a_client_over_plaintext_gets_all_and_later_changes(AdsVariant variant) {
        try (var client = new GrpcPeer(plaintext(), node("web", "shop"), variant, Checked::ok)) {
            await().untilAsserted(() -> assertThat(names(client.accepted())).isEqualTo(names(ONE)));
            var two = ResourceSet.of(cluster("b", "1"), endpoints("b", 1), listener("out", "r"), routes("r", "2"));
            connections.offer(two);
            await().untilAsserted(() -> assertThat(names(client.accepted())).isEqualTo(names(two)));
            await().untilAsserted(() -> assertThat(
                            connections.sessions.get(0).states().values())
                    .extracting(SyncState::status)
                    .containsOnly(SyncState.Status.SYNCED, SyncState.Status.NOT_SENT));
            assertThat(connections.events).contains("ack CDS " + two.version(ResourceType.CDS));
            assertThat(connections.nodes.get(0).metadata()).containsEntry("NAMESPACE", "shop");
            client.reportHealth(false, "draining");
            await().untilAsserted(() -> assertThat(connections.events).contains("health false draining"));
        }
        await().untilAsserted(() -> assertThat(connections.events).contains("gone"));
    }

    /// What a set has, as a client of either variant sees it: a foreign version may stand in a resource.
    private static Set<Any> names(ResourceSet set) {
        return Stream.of(ResourceType.values())
                .flatMap(type -> set.resources(type).values().stream())
                .map(NamedResource::body)
                .collect(Collectors.toSet());
    }

    @Test
    void a_client_that_comes_back_is_sent_nothing_when_nothing_changed() {
        try (var client = new GrpcPeer(plaintext(), node("web", "shop"), AdsVariant.DELTA, Checked::ok)) {
            await().untilAsserted(() -> assertThat(client.accepted()).isEqualTo(ONE));
            var first = connections.sessions.get(0);
            connections.events.clear();
            first.close("come back");
            await().untilAsserted(() -> assertThat(connections.sessions)
                    .singleElement()
                    .satisfies(session -> assertThat(session).isNotSameAs(first)));
            await().untilAsserted(() -> assertThat(
                            connections.sessions.get(0).states().get(ResourceType.CDS))
                    .extracting(SyncState::status)
                    .isEqualTo(SyncState.Status.SYNCED));
            assertThat(connections.events).noneMatch(event -> event.startsWith("ack"));
        }
    }

    @Test
    void a_refused_node_is_told_why() {
        try (var client = new GrpcPeer(plaintext(), node("unwanted", "shop"), AdsVariant.DELTA, Checked::ok)) {
            await().untilAsserted(() -> assertThat(client.losses())
                    .anyMatch(loss -> loss.contains("PERMISSION_DENIED") && loss.contains("not wanted")));
        }
    }

    @Test
    void a_proxy_joins_with_a_token_then_uses_its_certificate() throws IOException {
        var request = CertificateRequest.generate();
        var chain = GrpcPeer.certificate(secure(Optional.empty()), request.csrPem(), Optional.of("secret"));
        assertThat(signed.get(0).bearerToken()).contains("secret");
        assertThat(signed.get(0).certificate()).isEmpty();
        var identity = Optional.of(new GrpcPeer.Pair(chain.get(0), request.privateKeyPem()));
        serving.set(authority.serving()); // a renewed certificate is used by the next handshake
        GrpcPeer.certificate(secure(identity), CertificateRequest.generate().csrPem(), Optional.empty());
        assertThat(signed.get(1).certificate().map(Entitlement::identity))
                .contains(new SpiffeId("cluster.local", "shop", "web"));

        try (var client = new GrpcPeer(secure(identity), node("web", "shop"), AdsVariant.DELTA, Checked::ok)) {
            await().untilAsserted(() -> assertThat(client.accepted()).isEqualTo(ONE));
            assertThat(connections.nodes.get(0).identity()).contains(new SpiffeId("cluster.local", "shop", "web"));
        }
        try (var liar = new GrpcPeer(secure(identity), node("web", "bank"), AdsVariant.DELTA, Checked::ok)) {
            await().untilAsserted(() -> assertThat(liar.losses())
                    .anyMatch(loss -> loss.contains("PERMISSION_DENIED") && loss.contains(IDENTITY)));
        }
    }

    @Test
    void refuses_who_proves_nothing() {
        var csr = CertificateRequest.generate().csrPem();
        assertThatThrownBy(() -> GrpcPeer.certificate(secure(Optional.empty()), csr, Optional.empty()))
                .hasMessageContaining("UNAUTHENTICATED")
                .hasMessageContaining("who are you");
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
        var channel = plaintext();
        var responses = new LinkedBlockingQueue<DiscoveryResponse>();
        var requests = ClientCalls.asyncBidiStreamingCall(
                channel.newCall(Methods.STATE_OF_THE_WORLD, CallOptions.DEFAULT), into(responses));
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

    /// Lets pass two hits of everybody, of `quota` by quota, and tells `told` of itself.
    private static RateLimiter.Outcome judge(String domain, List<RateLimiter.Counted> descriptors) {
        var rate = new LimitRate(2, LimitUnit.MINUTE);
        return new RateLimiter.Outcome.Judged(descriptors.stream()
                .<RateLimiter.Verdict>map(counted -> switch (counted.entries()
                        .getFirst()
                        .key()) {
                    case "free" -> new RateLimiter.Unlimited();
                    case "none" -> new RateLimiter.Uncounted();
                    case String key ->
                        new RateLimiter.Limited(
                                counted.hits() > 2,
                                key.equals("quota"),
                                new RateLimiter.Applied(domain, rate, Math.max(0, 2 - counted.hits()), 7),
                                told(counted.entries().getFirst().value()));
                })
                .toList());
    }

    private static Map<String, Object> told(String value) {
        return value.startsWith("told")
                ? Map.of("limit", Map.of("same", value, value, 7L), "tags", List.of(true, value))
                : Map.of();
    }

    private static RateLimitRequest.Builder with(RateLimitRequest.Builder request, String entry, long hits) {
        int split = entry.indexOf('=');
        request.addDescriptorsBuilder()
                .setHitsAddend(UInt64Value.of(hits))
                .addEntriesBuilder()
                .setKey(entry.substring(0, split))
                .setValue(entry.substring(split + 1));
        return request;
    }

    @Test
    void as_many_as_come_is_told_apart_from_nothing_to_say() {
        var request = with(with(RateLimitRequest.newBuilder().setDomain("shop"), "free=", 1), "none=", 1);
        var response = asked(plaintext(), request.build());
        assertThat(response.getStatusesList().stream()
                        .map(status -> Integer.toUnsignedLong(status.getLimitRemaining())))
                .containsExactly(0xFFFFFFFFL, 0L);
        assertThat(response.getStatusesList()).noneMatch(RateLimitResponse.DescriptorStatus::hasCurrentLimit);
    }

    @Test
    void quotas_refuse_a_request_only_when_none_has_something_left() {
        var one = with(with(RateLimitRequest.newBuilder().setDomain("shop"), "quota=a", 3), "quota=b", 1);
        var response = asked(plaintext(), one.build());
        assertThat(response.getOverallCode()).isEqualTo(RateLimitResponse.Code.OK);
        assertThat(response.getStatuses(0).getCode()).isEqualTo(RateLimitResponse.Code.OVER_LIMIT);
        assertThat(response.hasDynamicMetadata()).isFalse();
        var limited = with(one.clone(), "user=ann", 3).build();
        assertThat(asked(plaintext(), limited).getOverallCode()).isEqualTo(RateLimitResponse.Code.OVER_LIMIT);
        var all = with(with(RateLimitRequest.newBuilder().setDomain("shop"), "quota=a", 3), "user=ann", 1);
        assertThat(asked(plaintext(), all.build()).getOverallCode()).isEqualTo(RateLimitResponse.Code.OVER_LIMIT);
    }

    @Test
    void metadata_of_limits_with_something_left_is_merged_into_the_answer() throws IOException {
        var request = RateLimitRequest.newBuilder().setDomain("shop").setHitsAddend(5);
        with(with(with(request, "user=told1", 1), "user=told2", 1), "quota=told3", 3);
        var metadata = asked(plaintext(), request.build()).getDynamicMetadata();
        assertThat(JsonFormat.printer()
                        .omittingInsignificantWhitespace()
                        .sortingMapKeys()
                        .print(metadata))
                .isEqualTo("{\"descriptors\":[{\"entries\":[\"user\\u003dtold1\"],\"hitsAddend\":1.0},"
                        + "{\"entries\":[\"user\\u003dtold2\"],\"hitsAddend\":1.0},"
                        + "{\"entries\":[\"quota\\u003dtold3\"],\"hitsAddend\":3.0}],"
                        + "\"domain\":\"shop\",\"hitsAddend\":5.0,\"metadata\":"
                        + "{\"limit\":{\"same\":\"told1\",\"told1\":7.0,\"told2\":7.0},\"tags\":[true,\"told1\"]}}");
    }

    private static RateLimitResponse asked(ManagedChannel channel, RateLimitRequest request) {
        try {
            return ClientCalls.blockingUnaryCall(
                    channel,
                    Methods.SHOULD_RATE_LIMIT,
                    CallOptions.DEFAULT.withDeadlineAfter(10, TimeUnit.SECONDS),
                    request);
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void rate_limits_are_told_to_those_who_prove_who_they_are() throws IOException {
        var request = RateLimitRequest.newBuilder().setDomain("shop").setHitsAddend(3);
        request.addDescriptorsBuilder().addEntriesBuilder().setKey("user").setValue("ann");
        request.addDescriptorsBuilder()
                .setHitsAddend(UInt64Value.of(1))
                .addEntriesBuilder()
                .setKey("all");
        var response = asked(plaintext(), request.build());
        assertThat(response.getOverallCode()).isEqualTo(RateLimitResponse.Code.OVER_LIMIT);
        assertThat(response.getStatuses(0).getCode()).isEqualTo(RateLimitResponse.Code.OVER_LIMIT);
        var second = response.getStatuses(1);
        assertThat(second.getCode()).isEqualTo(RateLimitResponse.Code.OK);
        assertThat(second.getLimitRemaining()).isEqualTo(1);
        assertThat(second.getDurationUntilReset().getSeconds()).isEqualTo(7);
        assertThat(second.getCurrentLimit().getUnit()).isEqualTo(RateLimitResponse.RateLimit.Unit.MINUTE);

        assertThatThrownBy(() -> asked(secure(Optional.empty()), request.build()))
                .hasMessageContaining("UNAUTHENTICATED");
        var csr = CertificateRequest.generate();
        var chain = GrpcPeer.certificate(secure(Optional.empty()), csr.csrPem(), Optional.of("token"));
        var identity = Optional.of(new GrpcPeer.Pair(chain.get(0), csr.privateKeyPem()));
        assertThat(asked(secure(identity), request.build()).getStatusesCount()).isEqualTo(2);
        assertThatThrownBy(() -> asked(plaintext(), RateLimitRequest.getDefaultInstance()))
                .hasMessageContaining("INVALID_ARGUMENT");
    }

    private ManagedChannel plaintext() {
        return GrpcPeer.plaintext(server.plaintextPort().orElseThrow());
    }

    private ManagedChannel secure(Optional<GrpcPeer.Pair> identity) throws IOException {
        return GrpcPeer.secure(server.securePort().orElseThrow(), authority.rootPem(), identity);
    }

    private static NodeInfo node(String id, String namespace) {
        return new NodeInfo(id, "web", Map.of("NAMESPACE", namespace, "SERVICE_ACCOUNT", "web"), "0.1.0");
    }
}
