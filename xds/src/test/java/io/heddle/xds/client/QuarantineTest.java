package io.heddle.xds.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What becomes of bad resources among good ones. A cluster is bad here when its `alt_stat_name` says so, or when it
/// needs another one that is not there.
final class QuarantineTest {
    private static final Duration NOW = Duration.ofSeconds(100);

    private final List<ConfigSink.Refusal> refusals = new ArrayList<>();
    private ResourceSet live = ResourceSet.EMPTY;
    private ResourceSet onDisk = ResourceSet.EMPTY;
    private AdsSubscriptions client = client(AdsVariant.DELTA);

    private AdsSubscriptions client(AdsVariant variant) {
        return new AdsSubscriptions(new Judge(), ResourceSet.EMPTY, variant, Duration.ofSeconds(15));
    }

    private final class Judge implements ConfigSink {
        @Override
        public Checked<?> apply(ResourceSet candidate, Set<ResourceType> changed) {
            var problems = new ArrayList<Problem>();
            var clusters = candidate.resources(ResourceType.CDS);
            for (var cluster : candidate.messages(ResourceType.CDS, Cluster.class)) {
                var says = cluster.getAltStatName();
                if (says.equals("bad")) {
                    problems.add(problem(cluster.getName(), "is bad"));
                } else if (says.startsWith("needs ") && !clusters.containsKey(says.substring(6))) {
                    problems.add(problem(cluster.getName(), says));
                }
            }
            if (problems.isEmpty()) {
                live = candidate;
            }
            return Checked.of("fine", problems);
        }

        private static Problem problem(String cluster, String reason) {
            return Problem.error("Cluster " + cluster, "alt_stat_name", reason, "change it");
        }

        @Override
        public void refused(Refusal refusal) {
            refusals.add(refusal);
        }

        @Override
        public ResourceSet lastGood() {
            return onDisk;
        }
    }

    @Test
    void a_bad_cluster_is_refused_alone_and_the_good_ones_of_the_update_go_live() {
        client.connected();
        var answers = client.received(response("1", cluster("a", ""), cluster("b", "bad"), cluster("c", "")), NOW);
        assertThat(live.resources(ResourceType.CDS)).containsOnlyKeys("a", "c");
        assertThat(answers).hasSize(1);
        assertThat(answers.getFirst().getErrorDetail().getMessage())
                .isEqualTo("Cluster b: alt_stat_name: is bad; change it");
        assertThat(refusals).hasSize(1);
        assertThat(refusals.getFirst().wholly()).isFalse();
        assertThat(refusals.getFirst().resources().resources(ResourceType.CDS)).containsOnlyKeys("b");
    }

    @Test
    void the_last_good_version_of_a_bad_resource_stays() {
        client.connected();
        client.received(response("1", cluster("a", "one"), cluster("b", "one")), NOW);
        client.received(response("2", cluster("a", "two"), cluster("b", "bad")), NOW);
        assertThat(live).isEqualTo(ResourceSet.of(cluster("a", "two"), cluster("b", "one")));
        assertThat(client.received(response("3", cluster("b", "three")), NOW))
                .noneMatch(DeltaDiscoveryRequest::hasErrorDetail);
        assertThat(live).isEqualTo(ResourceSet.of(cluster("a", "two"), cluster("b", "three")));
    }

    @Test
    void only_the_responses_that_brought_something_bad_are_refused() {
        client.connected();
        client.received(response("1", discovered("a", "")), NOW);
        client.received(response("2", cluster("b", "bad")), NOW);
        var answers = client.received(endpoints("3", "a"), NOW);
        assertThat(answers).map(DeltaDiscoveryRequest::getResponseNonce).containsExactly("1", "2", "3");
        assertThat(answers).map(DeltaDiscoveryRequest::hasErrorDetail).containsExactly(false, true, false);
        assertThat(live.resources(ResourceType.CDS)).containsOnlyKeys("a");
    }

    @Test
    void what_needs_a_bad_resource_goes_with_it() {
        client.connected();
        client.received(response("1", cluster("a", "needs b"), cluster("b", "bad"), cluster("c", "")), NOW);
        assertThat(live.resources(ResourceType.CDS)).containsOnlyKeys("c");
        assertThat(refusals.getFirst().problems()).map(Problem::object).containsExactly("Cluster b", "Cluster a");
    }

    @Test
    void what_a_good_resource_needs_is_not_taken_away() {
        client.connected();
        client.received(response("1", cluster("a", "needs b"), cluster("b", "")), NOW);
        var removal = response("2", cluster("c", "")).toBuilder()
                .addRemovedResources("b")
                .build();
        var answers = client.received(removal, NOW);
        assertThat(answers.getFirst().getErrorDetail().getMessage())
                .contains("Cluster a")
                .contains("needs b");
        assertThat(live.resources(ResourceType.CDS)).containsOnlyKeys("a", "b", "c");
    }

    @Test
    void a_cluster_that_falls_back_gets_its_endpoints_back() {
        client.connected();
        client.received(response("1", discovered("a", "")), NOW);
        client.received(endpoints("2", "a"), NOW);
        client.received(response("3", cluster("a", "bad"), cluster("b", "")), NOW);
        assertThat(live.resources(ResourceType.EDS)).containsOnlyKeys("a");
        assertThat(live.resources(ResourceType.CDS)).containsOnlyKeys("a", "b");
    }

    @Test
    void a_restart_falls_back_on_what_was_good_before_it() {
        onDisk = ResourceSet.of(
                discovered("a", ""),
                ClusterLoadAssignment.newBuilder().setClusterName("a").build(),
                cluster("gone", ""));
        client.connected();
        client.received(response("1", cluster("a", "bad"), cluster("b", "")), NOW);
        assertThat(live.resources(ResourceType.CDS)).containsOnlyKeys("a", "b");
        assertThat(live.resources(ResourceType.EDS)).containsOnlyKeys("a");
        assertThat(client.accepted()).isEqualTo(live);
    }

    @Test
    void when_all_is_bad_nothing_changes() {
        client.connected();
        client.received(response("1", cluster("a", "bad")), NOW);
        assertThat(live).isEqualTo(ResourceSet.EMPTY);
        assertThat(refusals.getFirst().wholly()).isTrue();
    }

    @Test
    void by_state_of_the_world_bad_endpoints_are_refused_though_they_were_acknowledged_early() {
        client = new AdsSubscriptions(
                (candidate, _) -> {
                    boolean bad = candidate.resources(ResourceType.EDS).containsKey("a");
                    live = bad ? live : candidate;
                    return bad
                            ? Checked.rejected(Problem.error("ClusterLoadAssignment a", "", "is bad", ""))
                            : Checked.ok("fine");
                },
                ResourceSet.EMPTY,
                AdsVariant.STATE_OF_THE_WORLD,
                Duration.ofSeconds(15));
        client.connected();
        client.received(response("1", discovered("a", ""), discovered("b", "")), NOW);
        assertThat(client.received(endpoints("2", "a"), NOW)).noneMatch(DeltaDiscoveryRequest::hasErrorDetail);
        var answers = client.received(endpoints("3", "b"), NOW);
        assertThat(answers).map(DeltaDiscoveryRequest::getResponseNonce).containsExactly("1", "3");
        assertThat(answers).map(DeltaDiscoveryRequest::hasErrorDetail).containsExactly(false, true);
        assertThat(live.resources(ResourceType.EDS)).containsOnlyKeys("b");
    }

    private static DeltaDiscoveryResponse response(String nonce, Message... messages) {
        return Sent.response(ResourceType.CDS, nonce, messages);
    }

    private static DeltaDiscoveryResponse endpoints(String nonce, String cluster) {
        return Sent.response(
                ResourceType.EDS,
                nonce,
                ClusterLoadAssignment.newBuilder().setClusterName(cluster).build());
    }

    private static Cluster cluster(String name, String says) {
        return Cluster.newBuilder()
                .setName(name)
                .setType(Cluster.DiscoveryType.STATIC)
                .setAltStatName(says)
                .build();
    }

    private static Cluster discovered(String name, String says) {
        var ads = ConfigSource.newBuilder().setAds(AggregatedConfigSource.getDefaultInstance());
        return cluster(name, says).toBuilder()
                .setType(Cluster.DiscoveryType.EDS)
                .setEdsClusterConfig(Cluster.EdsClusterConfig.newBuilder().setEdsConfig(ads))
                .build();
    }
}
