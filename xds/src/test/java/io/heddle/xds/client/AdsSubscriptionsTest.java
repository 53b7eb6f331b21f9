package io.heddle.xds.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class AdsSubscriptionsTest {
    private static final ConfigSource ADS = ConfigSource.newBuilder()
            .setAds(AggregatedConfigSource.getDefaultInstance())
            .build();
    private static final Duration START = Duration.ofSeconds(100);

    private final List<ResourceSet> applied = new ArrayList<>();
    private final List<Set<ResourceType>> changes = new ArrayList<>();
    private Checked<?> verdict = Checked.ok("fine");
    private final AdsSubscriptions client = new AdsSubscriptions(this::apply, ResourceSet.EMPTY);

    private Checked<?> apply(ResourceSet set, Set<ResourceType> changed) {
        applied.add(set);
        changes.add(changed);
        return verdict;
    }

    @Test
    void begins_with_all_clusters_and_listeners() {
        assertThat(client.connected())
                .map(DeltaDiscoveryRequest::getTypeUrl)
                .containsExactly(ResourceType.CDS.typeUrl(), ResourceType.LDS.typeUrl());
    }

    @Test
    void goes_on_from_a_set_that_was_restored_later() {
        client.connected();
        client.resume(ResourceSet.of(cluster("a"), endpoints("a")));
        assertThat(client.connected().getFirst().getInitialResourceVersionsMap())
                .containsOnlyKeys("a");
        client.received(Sent.removal(ResourceType.CDS, "1", "a"), START);
        assertThat(applied.getLast()).isEqualTo(ResourceSet.EMPTY);
    }

    @Test
    void asks_for_what_clusters_refer_to_and_hands_over_the_whole() {
        client.connected();
        var asked = client.received(Sent.response(ResourceType.CDS, "1", tlsCluster("a")), START);
        assertThat(asked).map(AdsSubscriptionsTest::text).containsExactly("EDS +[a] -[]", "SDS +[ROOTCA] -[]");
        assertThat(client.received(Sent.response(ResourceType.EDS, "2", endpoints("a")), START))
                .isEmpty();
        assertThat(applied).isEmpty();
        var answers = client.received(Sent.response(ResourceType.SDS, "3", secret("ROOTCA")), START);
        assertThat(applied).hasSize(1);
        assertThat(changes.get(0)).containsExactly(ResourceType.CDS, ResourceType.EDS, ResourceType.SDS);
        assertThat(answers).map(DeltaDiscoveryRequest::getResponseNonce).containsExactly("1", "2", "3");
        assertThat(answers).noneMatch(DeltaDiscoveryRequest::hasErrorDetail);
    }

    @Test
    void a_secret_that_is_there_outlives_its_removal() {
        client.connected();
        client.received(Sent.response(ResourceType.CDS, "1", tlsCluster("a")), START);
        client.received(Sent.response(ResourceType.EDS, "2", endpoints("a")), START);
        client.received(Sent.response(ResourceType.SDS, "3", secret("ROOTCA")), START);
        var answers = client.received(Sent.removal(ResourceType.SDS, "4", "ROOTCA"), START);
        assertThat(answers).map(DeltaDiscoveryRequest::getResponseNonce).containsExactly("4");
        assertThat(answers).noneMatch(DeltaDiscoveryRequest::hasErrorDetail);
        assertThat(client.accepted().resources(ResourceType.SDS)).containsKey("ROOTCA");
        client.received(Sent.removal(ResourceType.CDS, "5", "a"), START);
        assertThat(client.accepted()).isEqualTo(ResourceSet.EMPTY);
    }

    @Test
    void asks_for_secrets_behind_a_proxy_header_too() {
        var inner = tlsCluster("a").getTransportSocket();
        var outer = ProxyProtocolUpstreamTransport.newBuilder()
                .setTransportSocket(inner)
                .build();
        var behind = TransportSocket.newBuilder().setTypedConfig(Any.pack(outer));
        var matched = Cluster.TransportSocketMatch.newBuilder().setTransportSocket(behind);
        for (var cluster : List.of(
                cluster("a").toBuilder().setTransportSocket(behind).build(),
                cluster("a").toBuilder().addTransportSocketMatches(matched).build())) {
            client.connected();
            assertThat(client.received(Sent.response(ResourceType.CDS, "1", cluster), START))
                    .map(AdsSubscriptionsTest::text)
                    .containsExactly("EDS +[a] -[]", "SDS +[ROOTCA] -[]");
        }
        client.received(Sent.response(ResourceType.EDS, "2", endpoints("a")), START);
        assertThat(applied).as("the secret is waited for").isEmpty();
        client.received(Sent.response(ResourceType.SDS, "3", secret("ROOTCA")), START);
        assertThat(applied.getLast().resources(ResourceType.SDS)).containsKey("ROOTCA");
    }

    @Test
    void does_not_wait_for_what_does_not_exist_nor_forever() {
        client.connected();
        client.received(Sent.response(ResourceType.CDS, "1", tlsCluster("a")), START);
        client.received(Sent.removal(ResourceType.EDS, "2", "a"), START);
        assertThat(client.tick(START.plusSeconds(14))).isEmpty();
        var answers = client.tick(START.plusSeconds(15));
        assertThat(answers).map(DeltaDiscoveryRequest::getResponseNonce).containsExactly("1", "2");
        assertThat(applied).hasSize(1);
    }

    @Test
    void waits_only_once_for_what_never_comes_and_takes_it_when_it_does() {
        client.connected();
        client.received(Sent.response(ResourceType.CDS, "1", tlsCluster("a")), START);
        client.received(Sent.response(ResourceType.EDS, "2", endpoints("a")), START);
        client.tick(START.plusSeconds(15));
        assertThat(applied).hasSize(1);
        var later = START.plusSeconds(20);
        var changed = tlsCluster("a").toBuilder().setAltStatName("x").build();
        assertThat(client.received(Sent.response(ResourceType.CDS, "3", changed), later))
                .map(DeltaDiscoveryRequest::getResponseNonce)
                .containsExactly("3");
        assertThat(applied).hasSize(2);
        assertThat(client.received(Sent.response(ResourceType.SDS, "4", secret("ROOTCA")), later))
                .map(DeltaDiscoveryRequest::getResponseNonce)
                .containsExactly("4");
        assertThat(applied.getLast().resources(ResourceType.SDS)).containsKey("ROOTCA");
    }

    @Test
    void each_is_waited_for_as_long_as_what_refers_to_it_says() {
        client.connected();
        client.received(Sent.response(ResourceType.CDS, "1", cluster("a", 3), cluster("b", 0)), START);
        client.tick(START.plusSeconds(3));
        assertThat(applied).as("zero waits for ever").isEmpty();
        client.received(Sent.response(ResourceType.EDS, "2", endpoints("b")), START.plusSeconds(100));
        assertThat(applied).hasSize(1);
        assertThat(applied.getLast().resources(ResourceType.EDS)).containsOnlyKeys("b");
    }

    @Test
    void what_is_asked_for_later_is_waited_for_from_then_on() {
        client.connected();
        client.received(Sent.response(ResourceType.CDS, "1", cluster("a", 10)), START);
        client.received(Sent.response(ResourceType.CDS, "2", cluster("a", 10), cluster("b", 10)), START.plusSeconds(8));
        client.tick(START.plusSeconds(12));
        assertThat(applied).isEmpty();
        client.tick(START.plusSeconds(18));
        assertThat(applied).hasSize(1);
    }

    @Test
    void still_waits_for_what_a_later_candidate_refers_to_for_the_first_time() {
        client.connected();
        client.received(Sent.response(ResourceType.CDS, "1", tlsCluster("a")), START);
        client.tick(START.plusSeconds(15));
        var later = START.plusSeconds(20);
        client.received(Sent.response(ResourceType.CDS, "2", cluster("b")), later);
        client.tick(later.plusSeconds(14));
        assertThat(applied).hasSize(1);
        client.tick(later.plusSeconds(15));
        assertThat(applied).hasSize(2);
    }

    @Test
    void does_not_wait_again_on_a_new_stream_for_what_never_came() {
        client.connected();
        client.received(Sent.response(ResourceType.CDS, "1", tlsCluster("a")), START);
        client.tick(START.plusSeconds(15));
        client.disconnected();
        assertThat(client.connected())
                .map(AdsSubscriptionsTest::text)
                .containsExactly("CDS +[] -[]", "EDS +[a] -[]", "LDS +[] -[]", "SDS +[ROOTCA] -[]");
        assertThat(client.received(Sent.response(ResourceType.EDS, "1", endpoints("a")), START.plusSeconds(30)))
                .map(DeltaDiscoveryRequest::getResponseNonce)
                .containsExactly("1");
        assertThat(applied).hasSize(2);
    }

    @Test
    void a_refusal_carries_all_problems_and_keeps_what_was() {
        connectWith(endpoints("a"));
        verdict = new Checked.Rejected<>(List.of(
                Problem.error("Cluster a", "lb_policy", "one", ""),
                Problem.error("Cluster a", "type", "two", ""),
                Problem.warning("Cluster a", "", "three", "")));
        var before = client.accepted();
        var answers = client.received(
                Sent.response(
                        ResourceType.CDS,
                        "9",
                        cluster("a").toBuilder().setAltStatName("x").build()),
                START);
        assertThat(answers).hasSize(1);
        assertThat(answers.get(0).getErrorDetail().getMessage())
                .contains("one")
                .contains("two")
                .doesNotContain("three");
        assertThat(client.accepted()).isEqualTo(before);
    }

    @Test
    void a_malformed_resource_is_refused_before_it_touches_anything() {
        client.connected();
        var broken = DeltaDiscoveryResponse.newBuilder()
                .setTypeUrl(ResourceType.CDS.typeUrl())
                .setNonce("1")
                .addResources(Resource.newBuilder()
                        .setName("a")
                        .setResource(NamedResource.of(endpoints("a")).body()))
                .build();
        var answers = client.received(broken, START);
        assertThat(answers).hasSize(1);
        assertThat(answers.get(0).getErrorDetail().getMessage())
                .contains("CDS a")
                .contains("malformed");
        assertThat(applied).isEmpty();
    }

    @Test
    void lets_go_of_what_is_no_longer_referred_to() {
        connectWith(endpoints("a"));
        var answers = client.received(Sent.removal(ResourceType.CDS, "9", "a"), START);
        assertThat(answers).map(AdsSubscriptionsTest::text).containsExactly("CDS +[] -[]", "EDS +[] -[a]");
        assertThat(client.accepted()).isEqualTo(ResourceSet.EMPTY);
    }

    @Test
    void comes_back_saying_what_it_has() {
        connectWith(endpoints("a"));
        client.disconnected();
        var requests = client.connected();
        assertThat(requests)
                .map(AdsSubscriptionsTest::text)
                .containsExactly("CDS +[] -[]", "EDS +[a] -[]", "LDS +[] -[]");
        assertThat(requests.get(0).getInitialResourceVersionsMap())
                .containsEntry("a", NamedResource.of(cluster("a")).version());
        assertThat(applied).hasSize(1);
    }

    private void connectWith(ClusterLoadAssignment endpoints) {
        client.connected();
        client.received(Sent.response(ResourceType.CDS, "1", cluster("a")), START);
        client.received(Sent.response(ResourceType.EDS, "2", endpoints), START);
        assertThat(applied).hasSize(1);
    }

    private static String text(DeltaDiscoveryRequest request) {
        return ResourceType.ofTypeUrl(request.getTypeUrl()).orElseThrow() + " +"
                + request.getResourceNamesSubscribeList() + " -" + request.getResourceNamesUnsubscribeList();
    }

    private static Cluster cluster(String name) {
        return Cluster.newBuilder()
                .setName(name)
                .setType(Cluster.DiscoveryType.EDS)
                .setEdsClusterConfig(Cluster.EdsClusterConfig.newBuilder().setEdsConfig(ADS))
                .build();
    }

    private static Cluster cluster(String name, int initialFetchSeconds) {
        var source = ADS.toBuilder()
                .setInitialFetchTimeout(
                        com.google.protobuf.Duration.newBuilder().setSeconds(initialFetchSeconds));
        return cluster(name).toBuilder()
                .setEdsClusterConfig(Cluster.EdsClusterConfig.newBuilder().setEdsConfig(source))
                .build();
    }

    private static Cluster tlsCluster(String name) {
        var tls = CommonTlsContext.newBuilder()
                .addTlsCertificateSdsSecretConfigs(
                        SdsSecretConfig.newBuilder().setName("default").setSdsConfig(ADS))
                .setValidationContextSdsSecretConfig(
                        SdsSecretConfig.newBuilder().setName("ROOTCA").setSdsConfig(ADS));
        return cluster(name).toBuilder()
                .setTransportSocket(TransportSocket.newBuilder()
                        .setTypedConfig(Any.pack(UpstreamTlsContext.newBuilder()
                                .setCommonTlsContext(tls)
                                .build())))
                .build();
    }

    private static ClusterLoadAssignment endpoints(String cluster) {
        return ClusterLoadAssignment.newBuilder().setClusterName(cluster).build();
    }

    private static Secret secret(String name) {
        return Secret.newBuilder().setName(name).build();
    }
}
