package io.heddle.xds.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.heddle.model.problem.Checked;
import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// A start whose clusters come and whose endpoints do not.
class LateEndpointsTest {
    private static final ConfigSource ADS = ConfigSource.newBuilder()
            .setAds(AggregatedConfigSource.getDefaultInstance())
            .build();
    private static final Duration START = Duration.ofSeconds(100);
    private static final Duration LATER = START.plusSeconds(16);

    private final List<ResourceSet> applied = new ArrayList<>();
    private final List<String> fellBack = new ArrayList<>();
    private final AdsSubscriptions client = new AdsSubscriptions(new Remembering(), ResourceSet.EMPTY);

    private final class Remembering implements ConfigSink {
        @Override
        public Checked<?> apply(ResourceSet candidate, Set<ResourceType> changed) {
            applied.add(candidate);
            return Checked.ok("fine");
        }

        @Override
        public void fellBack(Collection<String> endpoints) {
            fellBack.addAll(endpoints);
        }

        @Override
        public ResourceSet lastGood() {
            return ResourceSet.of(cluster("a"), endpoints("a", 1), cluster("b"), endpoints("b", 1));
        }
    }

    private static Cluster cluster(String name) {
        return Cluster.newBuilder()
                .setName(name)
                .setType(Cluster.DiscoveryType.EDS)
                .setEdsClusterConfig(Cluster.EdsClusterConfig.newBuilder().setEdsConfig(ADS))
                .build();
    }

    private static ClusterLoadAssignment endpoints(String name, int priority) {
        var assignment = ClusterLoadAssignment.newBuilder().setClusterName(name);
        assignment.addEndpointsBuilder().setPriority(priority);
        return assignment.build();
    }

    private static NamedResource named(int priority) {
        return NamedResource.of(endpoints("a", priority));
    }

    @Test
    void the_ones_from_before_are_used_until_newer_ones_come() {
        client.connected();
        client.received(Sent.response(ResourceType.CDS, "1", cluster("a")), START);
        assertThat(applied).isEmpty();
        client.tick(LATER);
        assertThat(applied.getLast().resource(ResourceType.EDS, "a")).contains(named(1));
        assertThat(fellBack).containsExactly("a");
        client.received(Sent.response(ResourceType.EDS, "2", endpoints("a", 2)), LATER);
        assertThat(applied.getLast().resource(ResourceType.EDS, "a")).contains(named(2));
        client.received(Sent.removal(ResourceType.EDS, "3", "a"), LATER);
        client.tick(LATER.plusSeconds(20));
        assertThat(applied.getLast().resources(ResourceType.EDS)).isEmpty();
        assertThat(fellBack).hasSize(1);
    }

    @Test
    void a_cluster_that_is_another_one_now_gets_none_from_before() {
        client.connected();
        var changed = cluster("a").toBuilder().setAltStatName("x").build();
        client.received(Sent.response(ResourceType.CDS, "1", changed, cluster("b")), START);
        client.tick(LATER);
        assertThat(applied.getLast().resources(ResourceType.EDS)).containsOnlyKeys("b");
    }

    @Test
    void what_the_server_says_is_not_there_is_not_taken_from_before() {
        client.connected();
        client.received(Sent.response(ResourceType.CDS, "1", cluster("a"), cluster("b")), START);
        client.received(Sent.removal(ResourceType.EDS, "2", "a"), START);
        client.tick(LATER);
        assertThat(applied.getLast().resources(ResourceType.EDS)).containsOnlyKeys("b");
        assertThat(fellBack).containsExactly("b");
    }
}
