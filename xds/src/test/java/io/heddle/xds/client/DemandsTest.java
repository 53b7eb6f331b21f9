package io.heddle.xds.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.Vhds;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.heddle.model.problem.Checked;
import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// What is asked for because somebody waits for it.
final class DemandsTest {
    private static final Duration NOW = Duration.ofSeconds(100);
    private static final ConfigSource ADS = ConfigSource.newBuilder()
            .setAds(AggregatedConfigSource.getDefaultInstance())
            .build();

    private final List<String> answered = new ArrayList<>();
    private ResourceSet live = ResourceSet.EMPTY;
    private final AdsSubscriptions client = client(AdsVariant.DELTA);

    private AdsSubscriptions client(AdsVariant variant) {
        var sink = new ConfigSink() {
            @Override
            public Checked<?> apply(ResourceSet candidate, Set<ResourceType> changed) {
                live = candidate;
                return Checked.ok("fine");
            }

            @Override
            public void answered(ResourceType type, Collection<String> names) {
                answered.add(type + " " + new TreeSet<>(names));
            }
        };
        return new AdsSubscriptions(sink, ResourceSet.EMPTY, variant, Duration.ofSeconds(15));
    }

    @Test
    void a_cluster_that_is_asked_for_is_told_when_it_is_live_and_asked_for_again_on_the_next_stream() {
        client.connected();
        client.received(Sent.response(ResourceType.CDS, "1"), NOW);
        assertThat(client.demand(ResourceType.CDS, List.of("late"), List.of()))
                .map(DemandsTest::text)
                .containsExactly("CDS +[late] -[]");
        assertThat(client.demand(ResourceType.CDS, List.of("late"), List.of())).isEmpty();
        client.received(Sent.response(ResourceType.CDS, "2", cluster("late")), NOW);
        assertThat(answered).containsExactly("CDS [late]");
        assertThat(live.resources(ResourceType.CDS)).containsOnlyKeys("late");
        assertThat(client.demand(ResourceType.CDS, List.of(), List.of("late")))
                .as("it is there")
                .isEmpty();
        client.demand(ResourceType.CDS, List.of("late"), List.of());
        assertThat(answered).hasSize(2);
        client.disconnected();
        assertThat(client.connected()).map(DemandsTest::text).containsExactly("CDS +[late, *] -[]", "LDS +[] -[]");
    }

    @Test
    void what_does_not_exist_is_told_at_once_and_let_go() {
        client.connected();
        client.demand(ResourceType.CDS, List.of("gone"), List.of());
        var removal = DeltaDiscoveryResponse.newBuilder()
                .setTypeUrl(ResourceType.CDS.typeUrl())
                .setNonce("1")
                .addRemovedResources("gone")
                .build();
        assertThat(client.received(removal, NOW))
                .map(DemandsTest::text)
                .containsExactly("CDS +[] -[]", "CDS +[] -[gone]");
        assertThat(answered).containsExactly("CDS [gone]");
    }

    /// What requests say is a name and nothing else: to let go of `*` would be to let go of every cluster.
    @Test
    void what_is_no_name_of_one_resource_is_not_asked_for() {
        client.connected();
        client.received(Sent.response(ResourceType.CDS, "1"), NOW);
        for (var name : List.of("", "*", "xdstp://a/b", "a b", "x".repeat(1025))) {
            assertThat(client.demand(ResourceType.CDS, List.of(name), List.of()))
                    .as(name)
                    .isEmpty();
            assertThat(answered.removeLast()).isEqualTo("CDS [" + name + "]");
            assertThat(client.demand(ResourceType.CDS, List.of(), List.of(name)))
                    .as(name)
                    .isEmpty();
        }
    }

    @Test
    void what_nobody_waits_for_any_more_is_let_go() {
        client.connected();
        client.demand(ResourceType.CDS, List.of("slow"), List.of());
        assertThat(client.demand(ResourceType.CDS, List.of(), List.of("slow")))
                .map(DemandsTest::text)
                .containsExactly("CDS +[] -[slow]");
    }

    @Test
    void by_state_of_the_world_nothing_is_asked_for() {
        var other = client(AdsVariant.STATE_OF_THE_WORLD);
        other.connected();
        assertThat(other.demand(ResourceType.CDS, List.of("late"), List.of())).isEmpty();
        assertThat(answered).containsExactly("CDS [late]");
    }

    @Test
    void virtual_hosts_are_subscribed_to_by_their_routes_and_by_name_and_go_with_their_routes() {
        client.connected();
        client.received(Sent.response(ResourceType.CDS, "1"), NOW);
        client.received(Sent.response(ResourceType.LDS, "2", listener()), NOW);
        assertThat(client.received(Sent.response(ResourceType.RDS, "3", routes()), NOW))
                .map(DemandsTest::text)
                .containsExactly("VHDS +[a/b] -[]");
        assertThat(client.received(hosts("4"), NOW)).hasSize(3);
        assertThat(live.resources(ResourceType.RDS)).containsOnlyKeys("a/b");
        assertThat(client.demand(ResourceType.VHDS, List.of("a/b/x.test"), List.of()))
                .map(DemandsTest::text)
                .containsExactly("VHDS +[a/b/x.test] -[]");
        client.received(hosts("5", host("a/b/x", "a/b/x.test"), host("other/y", "other/y")), NOW);
        assertThat(answered).containsExactly("VHDS [a/b/x.test]");
        assertThat(live.resources(ResourceType.VHDS))
                .as("nothing refers to others")
                .containsOnlyKeys("a/b/x");

        var away = DeltaDiscoveryResponse.newBuilder()
                .setTypeUrl(ResourceType.LDS.typeUrl())
                .setNonce("6")
                .addRemovedResources("in")
                .build();
        assertThat(client.received(away, NOW))
                .map(DemandsTest::text)
                .containsExactly("LDS +[] -[]", "RDS +[] -[a/b]", "VHDS +[] -[a/b, a/b/x.test]");
        assertThat(live.resources(ResourceType.VHDS)).isEmpty();
    }

    @Test
    void virtual_hosts_from_disk_are_subscribed_to_by_name() {
        var set = ResourceSet.of(listener(), routes())
                .with(
                        ResourceType.VHDS,
                        List.of(new NamedResource("a/b/x", "1", Any.pack(VirtualHost.getDefaultInstance()))));
        client.resume(set);
        assertThat(client.connected())
                .map(DemandsTest::text)
                .containsExactly("CDS +[] -[]", "LDS +[] -[]", "RDS +[a/b] -[]", "VHDS +[a/b, a/b/x] -[]");
    }

    private static String text(DeltaDiscoveryRequest request) {
        return ResourceType.ofTypeUrl(request.getTypeUrl()).orElseThrow() + " +"
                + request.getResourceNamesSubscribeList() + " -" + request.getResourceNamesUnsubscribeList();
    }

    private static DeltaDiscoveryResponse hosts(String nonce, Resource... hosts) {
        return DeltaDiscoveryResponse.newBuilder()
                .setTypeUrl(ResourceType.VHDS.typeUrl())
                .setNonce(nonce)
                .addAllResources(List.of(hosts))
                .build();
    }

    private static Resource host(String name, String alias) {
        return Resource.newBuilder()
                .setName(name)
                .setVersion("1")
                .addAliases(alias)
                .setResource(Any.pack(VirtualHost.getDefaultInstance()))
                .build();
    }

    private static Cluster cluster(String name) {
        return Cluster.newBuilder().setName(name).build();
    }

    private static Listener listener() {
        var manager = HttpConnectionManager.newBuilder()
                .setRds(Rds.newBuilder().setRouteConfigName("a/b").setConfigSource(ADS))
                .build();
        return Listener.newBuilder()
                .setName("in")
                .addFilterChains(
                        FilterChain.newBuilder().addFilters(Filter.newBuilder().setTypedConfig(Any.pack(manager))))
                .build();
    }

    private static RouteConfiguration routes() {
        return RouteConfiguration.newBuilder()
                .setName("a/b")
                .setVhds(Vhds.newBuilder().setConfigSource(ADS))
                .build();
    }
}
