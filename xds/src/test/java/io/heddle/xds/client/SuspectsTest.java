package io.heddle.xds.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;
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

/// What is bad by itself, while something is waited for. A cluster is so when its `alt_stat_name` says it, a route
/// configuration when it has internal headers.
final class SuspectsTest {
    private static final ConfigSource ADS = ConfigSource.newBuilder()
            .setAds(AggregatedConfigSource.getDefaultInstance())
            .build();
    private static final Duration NOW = Duration.ofSeconds(100);

    private final List<ConfigSink.Refusal> refusals = new ArrayList<>();
    private final List<String> checked = new ArrayList<>();
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
            for (var type : ResourceType.values()) {
                candidate.resources(type).values().forEach(resource -> problems.addAll(problems(type, resource)));
            }
            var pair = candidate.resources(ResourceType.CDS).values().stream()
                    .filter(resource ->
                            resource.message(Cluster.class).getAltStatName().equals("pair"))
                    .toList();
            if (pair.size() > 1) {
                pair.forEach(resource -> problems.add(Problem.error(
                        ResourceType.CDS.object(resource.name()), "x", "is bad beside the other", "mend it")));
            }
            if (problems.stream().noneMatch(Problem::isError)) {
                live = candidate;
            }
            return Checked.of("fine", problems);
        }

        @Override
        public List<Problem> check(ResourceType type, NamedResource resource) {
            checked.add(type + " " + resource.name());
            return problems(type, resource);
        }

        private static List<Problem> problems(ResourceType type, NamedResource resource) {
            boolean bad = switch (type) {
                case CDS -> resource.message(Cluster.class).getAltStatName().equals("bad");
                case RDS -> resource.message(RouteConfiguration.class).getInternalOnlyHeadersCount() > 0;
                case EDS, LDS, VHDS, SDS -> false;
            };
            var object = type.object(resource.name());
            var warning = Problem.warning(object, "", "could be better", "");
            return bad ? List.of(Problem.error(object, "x", "is bad", "mend it"), warning) : List.of(warning);
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

    @ParameterizedTest
    @EnumSource(AdsVariant.class)
    void what_is_bad_by_itself_is_refused_at_once_and_the_rest_goes_on_waiting(AdsVariant variant) {
        client = client(variant);
        client.connected();
        var answers = client.received(Sent.response(ResourceType.CDS, "1", cluster("a", ""), cluster("b", "bad")), NOW);
        assertThat(refused(answers)).containsExactly("1");
        assertThat(answers.getFirst().getErrorDetail().getMessage()).isEqualTo("Cluster b: x: is bad; mend it");
        assertThat(refusals).singleElement().satisfies(told -> {
            assertThat(told.wholly()).isFalse();
            assertThat(told.resources().resources(ResourceType.CDS)).containsOnlyKeys("b");
        });
        assertThat(live).isEqualTo(ResourceSet.EMPTY);
        var mended = client.received(Sent.response(ResourceType.CDS, "2", cluster("a", ""), cluster("b", "")), NOW);
        assertThat(refused(mended)).isEmpty();
        client.received(Sent.response(ResourceType.LDS, "3", listener("in", "r")), NOW);
        var routes = RouteConfiguration.newBuilder().setName("r").addInternalOnlyHeaders("x");
        assertThat(refused(client.received(Sent.response(ResourceType.RDS, "4", routes.build()), NOW)))
                .containsExactly("4");
        answers = client.received(Sent.response(ResourceType.EDS, "5", endpoints("a"), endpoints("b")), NOW);
        assertThat(answers).noneMatch(DeltaDiscoveryRequest::hasErrorDetail);
        assertThat(answers).map(DeltaDiscoveryRequest::getResponseNonce).contains("2", "3", "5");
        assertThat(live.resources(ResourceType.CDS)).containsOnlyKeys("a", "b");
        assertThat(live.resources(ResourceType.LDS)).as("without routes").containsOnlyKeys("in");
        assertThat(refusals).as("each once").hasSize(2);
        assertThat(checked).containsExactly("CDS a", "CDS b", "CDS a", "CDS b", "LDS in", "RDS r");
    }

    @Test
    void where_nothing_is_waited_for_the_whole_is_tried() {
        client.connected();
        client.received(
                Sent.response(
                        ResourceType.CDS,
                        "1",
                        cluster("a", "").toBuilder().clearType().build()),
                NOW);
        assertThat(checked).isEmpty();
        assertThat(live.resources(ResourceType.CDS)).containsOnlyKeys("a");
    }

    @Test
    void the_older_version_stays_with_its_endpoints_though_the_bad_one_secured_otherwise() {
        client.connected();
        client.received(Sent.response(ResourceType.CDS, "1", cluster("a", "")), NOW);
        client.received(Sent.response(ResourceType.EDS, "2", endpoints("a")), NOW);
        var socket = TransportSocket.newBuilder().setName("tls");
        var bad = cluster("a", "bad").toBuilder().setTransportSocket(socket).build();
        var answers = client.received(Sent.response(ResourceType.CDS, "3", bad), NOW);
        assertThat(refused(answers)).containsExactly("3");
        assertThat(live).isEqualTo(ResourceSet.of(cluster("a", ""), endpoints("a")));
        var moved = endpoints("a").toBuilder()
                .setPolicy(ClusterLoadAssignment.Policy.newBuilder())
                .build();
        assertThat(refused(client.received(Sent.response(ResourceType.EDS, "4", moved), NOW)))
                .as("they are meant for what was refused")
                .containsExactly("4");
        assertThat(live.resource(ResourceType.EDS, "a")).contains(NamedResource.of(endpoints("a")));
    }

    @Test
    void a_restart_falls_back_on_what_was_good_before_it_and_on_what_that_refers_to() {
        onDisk = ResourceSet.of(cluster("b", "older"), endpoints("b"), cluster("gone", ""));
        client.connected();
        var answers = client.received(Sent.response(ResourceType.CDS, "1", cluster("a", ""), cluster("b", "bad")), NOW);
        assertThat(refused(answers)).containsExactly("1");
        client.received(Sent.response(ResourceType.EDS, "2", endpoints("a")), NOW);
        assertThat(live)
                .isEqualTo(ResourceSet.of(cluster("a", ""), endpoints("a"), cluster("b", "older"), endpoints("b")));
    }

    @Test
    void where_nothing_else_came_the_whole_is_refused() {
        client.connected();
        client.received(Sent.response(ResourceType.CDS, "1", cluster("a", "bad")), NOW);
        assertThat(refusals)
                .singleElement()
                .satisfies(told -> assertThat(told.wholly()).isTrue());
    }

    /// Something else is waited for without an end. None of the two is bad by itself.
    @ParameterizedTest
    @EnumSource(AdsVariant.class)
    void those_that_are_bad_only_beside_each_other_are_refused_together_before_long(AdsVariant variant) {
        client = client(variant);
        client.connected();
        client.received(Sent.response(ResourceType.CDS, "1", cluster("a", "")), NOW);
        client.received(Sent.response(ResourceType.LDS, "2", listener("in", "r")), NOW);
        client.received(Sent.response(ResourceType.EDS, "3", endpoints("a")), NOW);
        var routes = RouteConfiguration.newBuilder().setName("r").build();
        client.received(Sent.response(ResourceType.RDS, "4", routes), NOW);
        assertThat(live.resources(ResourceType.LDS)).containsOnlyKeys("in");
        var endless = ADS.toBuilder().setInitialFetchTimeout(com.google.protobuf.Duration.getDefaultInstance());
        var late = cluster("late", "").toBuilder();
        late.getEdsClusterConfigBuilder().setEdsConfig(endless);
        var one = cluster("one", "pair").toBuilder().clearType().build();
        var other = cluster("other", "pair").toBuilder().clearType().build();
        var answers =
                client.received(Sent.response(ResourceType.CDS, "5", cluster("a", ""), one, other, late.build()), NOW);
        assertThat(refused(answers)).isEmpty();
        assertThat(refused(client.tick(NOW.plusSeconds(14)))).isEmpty();
        answers = client.tick(NOW.plusSeconds(15));
        assertThat(refused(answers)).containsExactly("5");
        assertThat(answers.getFirst().getErrorDetail().getMessage())
                .isEqualTo("Cluster one: x: is bad beside the other; mend it\n"
                        + "Cluster other: x: is bad beside the other; mend it");
        assertThat(live.resources(ResourceType.CDS)).containsOnlyKeys("a");
        client.received(Sent.response(ResourceType.EDS, "6", endpoints("late")), NOW.plusSeconds(20));
        assertThat(live.resources(ResourceType.CDS)).as("late goes on").containsOnlyKeys("a", "late");
    }

    private static List<String> refused(List<DeltaDiscoveryRequest> requests) {
        return requests.stream()
                .filter(DeltaDiscoveryRequest::hasErrorDetail)
                .map(DeltaDiscoveryRequest::getResponseNonce)
                .toList();
    }

    private static Cluster cluster(String name, String says) {
        return Cluster.newBuilder()
                .setName(name)
                .setAltStatName(says)
                .setType(Cluster.DiscoveryType.EDS)
                .setEdsClusterConfig(Cluster.EdsClusterConfig.newBuilder().setEdsConfig(ADS))
                .build();
    }

    private static ClusterLoadAssignment endpoints(String cluster) {
        return ClusterLoadAssignment.newBuilder().setClusterName(cluster).build();
    }

    private static Listener listener(String name, String routes) {
        var manager = HttpConnectionManager.newBuilder()
                .setRds(Rds.newBuilder().setRouteConfigName(routes).setConfigSource(ADS));
        return Listener.newBuilder()
                .setName(name)
                .addFilterChains(FilterChain.newBuilder()
                        .addFilters(Filter.newBuilder().setTypedConfig(Any.pack(manager.build()))))
                .build();
    }
}
