package io.heddle.xds.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What becomes of endpoints when their cluster is to secure its connections otherwise. A cluster is bad here when its
/// `alt_stat_name` says so. The version of a cluster stands in the name of its transport socket, that of endpoints in
/// their priority; no version of the one may ever be live with another of the other.
final class SecuredEndpointsTest {
    private static final ConfigSource ADS = ConfigSource.newBuilder()
            .setAds(AggregatedConfigSource.getDefaultInstance())
            .build();
    private static final Duration START = Duration.ofSeconds(100);

    private ResourceSet live = ResourceSet.EMPTY;
    private ResourceSet onDisk = ResourceSet.EMPTY;
    private boolean mixed;
    private boolean broken;
    private final List<String> refused = new ArrayList<>();
    private AdsSubscriptions client = new AdsSubscriptions(new Sink(), ResourceSet.EMPTY);

    private final class Sink implements ConfigSink {
        @Override
        public Checked<?> apply(ResourceSet candidate, Set<ResourceType> changed) {
            if (broken) {
                return Checked.rejected(Problem.error("the whole", "x", "cannot be run", "mend it"));
            }
            var problems = candidate.messages(ResourceType.CDS, Cluster.class).stream()
                    .filter(cluster -> cluster.getAltStatName().equals("bad"))
                    .map(cluster -> Problem.error("Cluster " + cluster.getName(), "x", "is bad", "mend it"))
                    .toList();
            if (!problems.isEmpty()) {
                return new Checked.Rejected<>(problems);
            }
            live = candidate;
            mixed |= isMixed();
            return Checked.ok("fine");
        }

        @Override
        public void refused(Refusal refusal) {
            refusal.problems().forEach(problem -> refused.add(problem.object()));
        }

        @Override
        public ResourceSet lastGood() {
            return onDisk;
        }
    }

    private boolean isMixed() {
        return !live.resources(ResourceType.EDS).isEmpty() && !clusterVersion().equals(endpointsVersion());
    }

    private String clusterVersion() {
        return live.message(ResourceType.CDS, "a", Cluster.class)
                .orElseThrow()
                .getTransportSocket()
                .getName();
    }

    private String endpointsVersion() {
        return "v"
                + live.message(ResourceType.EDS, "a", ClusterLoadAssignment.class)
                        .orElseThrow()
                        .getEndpoints(0)
                        .getPriority();
    }

    private List<DeltaDiscoveryRequest> send(ResourceType type, String nonce, com.google.protobuf.Message message) {
        return client.received(Sent.response(type, nonce, message), START);
    }

    private void runs(AdsVariant variant) {
        client = new AdsSubscriptions(new Sink(), ResourceSet.EMPTY, variant, Duration.ofSeconds(15));
        client.connected();
        send(ResourceType.CDS, "1", cluster(1));
        send(ResourceType.EDS, "2", endpoints(1));
        assertThat(endpointsVersion()).isEqualTo("v1");
    }

    @ParameterizedTest
    @EnumSource(AdsVariant.class)
    void a_cluster_secured_otherwise_goes_live_with_the_endpoints_sent_for_it(AdsVariant variant) {
        runs(variant);
        var requests = send(ResourceType.CDS, "3", cluster(2));
        if (variant == AdsVariant.DELTA) {
            assertThat(requests)
                    .as("asked for again")
                    .anyMatch(request -> request.getResourceNamesSubscribeList().contains("a"));
        }
        assertThat(clusterVersion()).as("plaintext to hosts of TLS").isEqualTo("v1");
        send(ResourceType.EDS, "4", endpoints(2));
        assertThat(clusterVersion()).isEqualTo("v2");
        assertThat(endpointsVersion()).isEqualTo("v2");
        assertThat(mixed).isFalse();
    }

    @ParameterizedTest
    @EnumSource(AdsVariant.class)
    void a_server_that_does_not_send_them_again_is_waited_for_as_long_as_for_anything(AdsVariant variant) {
        runs(variant);
        for (int version = 2; version < 4; version++) {
            var begun = START.plusSeconds(100L * version);
            client.received(Sent.response(ResourceType.CDS, "c" + version, cluster(version)), begun);
            client.tick(begun.plusSeconds(14));
            assertThat(clusterVersion()).isEqualTo("v" + (version - 1));
            assertThat(endpointsVersion()).isEqualTo("v1");
            client.tick(begun.plusSeconds(15));
            assertThat(clusterVersion()).isEqualTo("v" + version);
            assertThat(endpointsVersion()).as("they are those of old").isEqualTo("v1");
        }
    }

    @Test
    void a_cluster_that_stays_as_it_is_after_all_keeps_its_endpoints() {
        runs(AdsVariant.DELTA);
        send(ResourceType.CDS, "3", cluster(2));
        var answers = send(ResourceType.CDS, "4", cluster(1));
        assertThat(answers).map(DeltaDiscoveryRequest::getResponseNonce).contains("3", "4");
        assertThat(endpointsVersion()).isEqualTo("v1");
        assertThat(mixed).isFalse();
    }

    @Test
    void endpoints_go_when_the_server_says_so_though_their_cluster_waits_for_them() {
        runs(AdsVariant.DELTA);
        send(ResourceType.CDS, "3", cluster(2));
        client.received(Sent.removal(ResourceType.EDS, "4", "a"), START);
        assertThat(clusterVersion()).isEqualTo("v2");
        assertThat(live.resources(ResourceType.EDS)).isEmpty();
    }

    @Test
    void endpoints_of_a_refused_version_are_refused_until_the_cluster_is_spoken_of_anew() {
        runs(AdsVariant.DELTA);
        var bad = cluster(2).toBuilder().setAltStatName("bad").build();
        send(ResourceType.CDS, "3", bad);
        var answers = send(ResourceType.EDS, "4", endpoints(2));
        assertThat(answers.stream().filter(DeltaDiscoveryRequest::hasErrorDetail))
                .map(DeltaDiscoveryRequest::getResponseNonce)
                .containsExactly("3", "4");
        assertThat(refused).contains("Cluster a", "ClusterLoadAssignment a");
        answers = send(ResourceType.EDS, "5", endpoints(2));
        assertThat(answers).singleElement().matches(DeltaDiscoveryRequest::hasErrorDetail);
        assertThat(endpointsVersion()).isEqualTo("v1");
        assertThat(mixed).isFalse();
        send(ResourceType.CDS, "6", cluster(2));
        send(ResourceType.EDS, "7", endpoints(2));
        assertThat(clusterVersion()).isEqualTo("v2");
        assertThat(endpointsVersion()).isEqualTo("v2");
        assertThat(mixed).isFalse();
    }

    @ParameterizedTest
    @EnumSource(AdsVariant.class)
    void endpoints_are_refused_too_when_a_version_was_refused_that_nobody_blamed(AdsVariant variant) {
        runs(variant);
        broken = true;
        send(ResourceType.CDS, "3", cluster(2));
        var answers = send(ResourceType.EDS, "4", endpoints(2));
        assertThat(answers).anyMatch(DeltaDiscoveryRequest::hasErrorDetail);
        broken = false;
        answers = send(ResourceType.EDS, "5", endpoints(3));
        assertThat(answers).singleElement().matches(DeltaDiscoveryRequest::hasErrorDetail);
        assertThat(clusterVersion()).isEqualTo("v1");
        assertThat(endpointsVersion()).as("they may be meant for TLS").isEqualTo("v1");
        assertThat(mixed).isFalse();
        send(ResourceType.CDS, "6", cluster(2));
        send(ResourceType.EDS, "7", endpoints(2));
        assertThat(clusterVersion()).isEqualTo("v2");
        assertThat(endpointsVersion()).isEqualTo("v2");
        assertThat(mixed).isFalse();
    }

    @Test
    void a_cluster_that_is_taken_back_after_the_whole_was_refused_gets_the_newest_endpoints() {
        runs(AdsVariant.DELTA);
        broken = true;
        send(ResourceType.CDS, "3", cluster(2));
        send(ResourceType.EDS, "4", endpoints(2));
        broken = false;
        assertThat(send(ResourceType.CDS, "5", cluster(1))).noneMatch(DeltaDiscoveryRequest::hasErrorDetail);
        assertThat(endpointsVersion()).isEqualTo("v2");
    }

    @Test
    void a_cluster_that_is_taken_back_gets_the_newest_endpoints() {
        runs(AdsVariant.DELTA);
        send(ResourceType.CDS, "3", cluster(2).toBuilder().setAltStatName("bad").build());
        send(ResourceType.EDS, "4", endpoints(2));
        assertThat(send(ResourceType.CDS, "5", cluster(1))).noneMatch(DeltaDiscoveryRequest::hasErrorDetail);
        assertThat(endpointsVersion())
                .as("the server knows them here, and may not send them again")
                .isEqualTo("v2");
    }

    @Test
    void a_refused_version_that_secures_alike_holds_no_endpoints_back() {
        runs(AdsVariant.DELTA);
        send(ResourceType.CDS, "3", cluster(1).toBuilder().setAltStatName("bad").build());
        assertThat(send(ResourceType.EDS, "4", endpoints(2))).noneMatch(DeltaDiscoveryRequest::hasErrorDetail);
        assertThat(endpointsVersion()).isEqualTo("v2");
    }

    @Test
    void a_copy_on_disk_is_used_with_its_own_endpoints() {
        onDisk = ResourceSet.of(cluster(1), endpoints(1));
        client.connected();
        send(ResourceType.CDS, "1", cluster(2).toBuilder().setAltStatName("bad").build());
        send(ResourceType.EDS, "2", endpoints(2));
        assertThat(clusterVersion()).isEqualTo("v1");
        assertThat(endpointsVersion()).isEqualTo("v1");
        assertThat(mixed).isFalse();
    }

    @Test
    void a_new_stream_begins_anew() {
        runs(AdsVariant.DELTA);
        send(ResourceType.CDS, "3", cluster(2).toBuilder().setAltStatName("bad").build());
        send(ResourceType.EDS, "4", endpoints(2));
        client.disconnected();
        client.connected();
        assertThat(send(ResourceType.EDS, "1", endpoints(3))).noneMatch(DeltaDiscoveryRequest::hasErrorDetail);
        assertThat(live.resource(ResourceType.EDS, "a")).contains(NamedResource.of(endpoints(3)));
    }

    private static Cluster cluster(int version) {
        return Cluster.newBuilder()
                .setName("a")
                .setType(Cluster.DiscoveryType.EDS)
                .setEdsClusterConfig(Cluster.EdsClusterConfig.newBuilder().setEdsConfig(ADS))
                .setTransportSocket(TransportSocket.newBuilder().setName("v" + version))
                .build();
    }

    private static ClusterLoadAssignment endpoints(int version) {
        return ClusterLoadAssignment.newBuilder()
                .setClusterName("a")
                .addEndpoints(LocalityLbEndpoints.newBuilder().setPriority(version))
                .build();
    }
}
