package io.heddle.xds.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.CustomClusterType;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.clusters.aggregate.v3.ClusterConfig;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What goes live while something is waited for.
final class ReadyPartTest {
    private static final ConfigSource ADS = ConfigSource.newBuilder()
            .setAds(AggregatedConfigSource.getDefaultInstance())
            .build();
    private static final Duration START = Duration.ofSeconds(100);

    private ResourceSet live = ResourceSet.EMPTY;
    private Set<String> slow = Set.of();
    private String bad = "none";
    private boolean broken;
    private ResourceSet lastGood = ResourceSet.EMPTY;
    private final List<ConfigSink.Refusal> refusals = new ArrayList<>();
    private AdsSubscriptions client = new AdsSubscriptions(new Sink(), ResourceSet.EMPTY);

    private final class Sink implements ConfigSink {
        @Override
        public Checked<?> apply(ResourceSet candidate, Set<ResourceType> changed) {
            if (broken) {
                return Checked.rejected(Problem.error("the whole", "x", "cannot be run", "mend it"));
            }
            var found = candidate.resource(ResourceType.RDS, bad);
            if (found.isPresent() && !found.equals(lastGood.resource(ResourceType.RDS, bad))) {
                return Checked.rejected(Problem.error("RouteConfiguration " + bad, "x", "is bad", "mend it"));
            }
            live = candidate;
            return Checked.ok("fine");
        }

        @Override
        public void refused(Refusal refusal) {
            refusals.add(refusal);
        }

        @Override
        public ResourceSet lastGood() {
            return lastGood;
        }

        @Override
        public Set<String> hostsAwaited(ResourceSet candidate, ResourceSet accepted, Set<String> keyless) {
            return slow;
        }
    }

    @BeforeEach
    void runs() {
        client.connected();
        client.received(Sent.response(ResourceType.CDS, "1", cluster("a")), START);
        client.received(Sent.response(ResourceType.EDS, "2", endpoints("a")), START);
        client.received(Sent.response(ResourceType.LDS, "3", listener("in", "r"), listener("out", "s")), START);
        client.received(Sent.response(ResourceType.RDS, "4", routes("r", "a"), routes("s", "a")), START);
        assertThat(live.size()).isEqualTo(6);
    }

    @Test
    void a_change_does_not_wait_for_a_cluster_that_it_does_not_need() {
        client.received(Sent.response(ResourceType.CDS, "5", cluster("b")), START);
        var changed = routes("r", "a", "a");
        assertThat(nonces(client.received(Sent.response(ResourceType.RDS, "6", changed), START)))
                .containsExactly("6");
        assertThat(has(changed)).isTrue();
        assertThat(live.resource(ResourceType.CDS, "b")).isEmpty();
        assertThat(nonces(client.received(Sent.response(ResourceType.EDS, "7", endpoints("b")), START)))
                .containsExactly("5", "7");
        assertThat(live.resource(ResourceType.CDS, "b")).isPresent();
    }

    @Test
    void a_route_waits_for_its_new_cluster_and_a_listener_for_its_new_route() {
        client.received(Sent.response(ResourceType.CDS, "5", cluster("b")), START);
        client.received(Sent.response(ResourceType.RDS, "6", routes("r", "b"), routes("s", "a", "a")), START);
        assertThat(has(routes("r", "a"))).isTrue();
        assertThat(has(routes("s", "a", "a"))).isTrue();
        client.received(Sent.response(ResourceType.LDS, "7", listener("new", "n"), tcp("relay", "b")), START);
        client.received(Sent.response(ResourceType.RDS, "8", routes("n", "b")), START);
        assertThat(live.resources(ResourceType.LDS)).containsOnlyKeys("in", "out");
        var answers = client.received(Sent.response(ResourceType.EDS, "9", endpoints("b")), START);
        assertThat(nonces(answers)).containsExactlyInAnyOrder("5", "6", "7", "8", "9");
        assertThat(live.resources(ResourceType.LDS)).containsOnlyKeys("in", "out", "new", "relay");
        assertThat(has(routes("r", "b"))).isTrue();
    }

    @Test
    void nothing_is_taken_away_that_is_needed_before_the_whole_is_there_but_listeners() {
        client.received(Sent.response(ResourceType.CDS, "5", cluster("b")), START);
        client.received(Sent.removal(ResourceType.CDS, "6", "a"), START);
        client.received(Sent.removal(ResourceType.LDS, "7", "out"), START);
        assertThat(live.resources(ResourceType.CDS)).containsOnlyKeys("a");
        assertThat(live.resources(ResourceType.LDS)).containsOnlyKeys("in");
        client.received(Sent.response(ResourceType.RDS, "8", routes("r", "b")), START);
        client.received(Sent.response(ResourceType.EDS, "9", endpoints("b")), START);
        assertThat(live.resources(ResourceType.CDS)).containsOnlyKeys("b");
    }

    @Test
    void a_listener_goes_at_once_though_another_waits_unless_that_is_to_take_its_place() {
        client.received(
                Sent.response(
                        ResourceType.LDS,
                        "5",
                        at("127.0.0.1", 80, tcp("one", "a")),
                        at("127.0.0.2", 80, tcp("two", "a")),
                        at("0.0.0.0", 81, tcp("three", "a"))),
                START);
        client.received(
                Sent.response(
                        ResourceType.LDS,
                        "6",
                        at("127.0.0.1", 80, listener("new one", "n")),
                        at("127.0.0.2", 81, listener("new three", "n"))),
                START);
        var answers = new ArrayList<DeltaDiscoveryRequest>();
        for (var name : List.of("one", "two", "three", "out")) {
            answers.addAll(client.received(Sent.removal(ResourceType.LDS, name, name), START));
        }
        assertThat(live.resources(ResourceType.LDS))
                .as("what waits listens elsewhere than two did")
                .containsOnlyKeys("in", "one", "three");
        assertThat(live.resources(ResourceType.RDS)).containsOnlyKeys("r");
        assertThat(nonces(answers)).as("what is gone").containsExactly("two", "out");
        client.received(Sent.response(ResourceType.RDS, "7", routes("n", "a")), START);
        assertThat(live.resources(ResourceType.LDS)).containsOnlyKeys("in", "new one", "new three");
    }

    private static Listener at(String host, int port, Listener listener) {
        var placed = listener.toBuilder();
        var socket = placed.getAddressBuilder().getSocketAddressBuilder();
        socket.setAddress(host).setPortValue(port);
        return placed.build();
    }

    @Test
    void a_cluster_whose_hosts_are_not_known_waits_and_its_older_version_serves() {
        slow = Set.of("a");
        client.received(
                Sent.response(
                        ResourceType.CDS,
                        "5",
                        cluster("a").toBuilder().setAltStatName("x").build()),
                START);
        client.received(
                Sent.response(
                        ResourceType.EDS,
                        "6",
                        endpoints("a").toBuilder()
                                .setPolicy(ClusterLoadAssignment.Policy.newBuilder())
                                .build()),
                START);
        client.received(Sent.response(ResourceType.RDS, "7", routes("r", "a", "a")), START);
        assertThat(live.message(ResourceType.CDS, "a", Cluster.class)
                        .orElseThrow()
                        .getAltStatName())
                .isEmpty();
        assertThat(has(routes("r", "a", "a")))
                .as("its cluster is there, as it was")
                .isTrue();
        slow = Set.of();
        client.tick(START.plusSeconds(1));
        assertThat(live.message(ResourceType.CDS, "a", Cluster.class)
                        .orElseThrow()
                        .getAltStatName())
                .isEqualTo("x");
    }

    @Test
    void new_endpoints_wait_with_their_cluster_whose_older_version_may_not_know_how_to_speak_to_them() {
        var secured =
                cluster("a").toBuilder().setTransportSocket(verifying("ROOTCA")).build();
        client.received(Sent.response(ResourceType.CDS, "5", secured), START);
        var moved = ClusterLoadAssignment.newBuilder()
                .setClusterName("a")
                .addEndpoints(LocalityLbEndpoints.newBuilder().setPriority(1))
                .build();
        client.received(Sent.response(ResourceType.EDS, "6", moved), START);
        client.received(Sent.response(ResourceType.RDS, "7", routes("r", "z")), START);
        assertThat(has(routes("r", "z"))).as("something else goes live").isTrue();
        assertThat(live.resource(ResourceType.EDS, "a")).contains(NamedResource.of(endpoints("a")));
        client.received(Sent.response(ResourceType.SDS, "8", root()), START);
        assertThat(live.resource(ResourceType.CDS, "a")).contains(NamedResource.of(secured));
        assertThat(live.resource(ResourceType.EDS, "a")).contains(NamedResource.of(moved));
    }

    @Test
    void what_names_a_cluster_waits_for_it_where_the_older_version_secures_otherwise() {
        var secured =
                cluster("a").toBuilder().setTransportSocket(verifying("ROOTCA")).build();
        client.received(Sent.response(ResourceType.CDS, "5", secured), START);
        client.received(Sent.response(ResourceType.EDS, "6", endpoints("a")), START);
        client.received(Sent.response(ResourceType.RDS, "7", routes("r", "a", "a"), routes("s", "z")), START);
        client.received(Sent.response(ResourceType.LDS, "8", tcp("relay", "a")), START);
        assertThat(has(routes("r", "a"))).as("it may send what needs TLS").isTrue();
        assertThat(has(routes("s", "z"))).as("it has nothing to do with it").isTrue();
        assertThat(live.resources(ResourceType.LDS)).containsOnlyKeys("in", "out");
        client.received(Sent.response(ResourceType.SDS, "9", root()), START);
        assertThat(live.resource(ResourceType.CDS, "a")).contains(NamedResource.of(secured));
        assertThat(has(routes("r", "a", "a"))).isTrue();
        assertThat(live.resources(ResourceType.LDS)).containsKey("relay");
    }

    @Test
    void routes_wait_with_the_listener_that_they_were_sent_for() {
        var guarded = listener("in", "r").toBuilder()
                .addFilterChains(FilterChain.newBuilder().setTransportSocket(verifyingClients("ROOTCA")))
                .build();
        client.received(Sent.response(ResourceType.LDS, "5", guarded), START);
        client.received(Sent.response(ResourceType.RDS, "6", routes("r", "a", "a"), routes("s", "a", "a")), START);
        assertThat(has(routes("r", "a")))
                .as("the older listener lets in whom the new one does not")
                .isTrue();
        assertThat(has(routes("s", "a", "a"))).isTrue();
        client.received(Sent.response(ResourceType.SDS, "7", root()), START);
        assertThat(live.resource(ResourceType.LDS, "in")).contains(NamedResource.of(guarded));
        assertThat(has(routes("r", "a", "a"))).isTrue();
    }

    @Test
    void what_went_live_before_the_last_whole_can_go_live_again() {
        var strict = routes("r", "a", "a");
        client.received(Sent.response(ResourceType.CDS, "5", cluster("b")), START);
        client.received(Sent.response(ResourceType.RDS, "6", strict), START);
        client.received(Sent.response(ResourceType.EDS, "7", endpoints("b")), START);
        client.received(Sent.removal(ResourceType.CDS, "8", "b"), START);
        client.received(Sent.response(ResourceType.RDS, "9", routes("r", "a")), START);
        assertThat(has(strict)).isFalse();
        client.received(Sent.response(ResourceType.CDS, "10", patient("c")), START);
        client.received(Sent.response(ResourceType.RDS, "11", strict), START);
        assertThat(has(strict)).isTrue();
    }

    @Test
    void a_cluster_that_nothing_names_goes_though_another_is_waited_for() {
        client.received(
                Sent.response(ResourceType.CDS, "5", cluster("b"), cluster("m"), aggregate("group", "m")), START);
        client.received(Sent.response(ResourceType.EDS, "6", endpoints("b"), endpoints("m")), START);
        client.received(Sent.response(ResourceType.RDS, "7", routes("s", "group")), START);
        client.received(Sent.response(ResourceType.CDS, "8", patient("never")), START);
        for (var name : List.of("a", "b", "m", "group")) {
            client.received(Sent.removal(ResourceType.CDS, "9 " + name, name), START);
        }
        assertThat(live.resources(ResourceType.CDS)).containsOnlyKeys("a", "m", "group");
        assertThat(live.resources(ResourceType.EDS)).containsOnlyKeys("a", "m");
        var answers = client.received(Sent.response(ResourceType.RDS, "10", routes("s", "a")), START);
        assertThat(nonces(answers)).contains("9 m", "9 group", "10");
        assertThat(live.resources(ResourceType.CDS)).containsOnlyKeys("a");
    }

    @Test
    void thousands_of_changes_leave_nothing_behind_while_one_cluster_never_comes() {
        client.received(Sent.response(ResourceType.CDS, "5", patient("never")), START);
        for (int round = 0; round < 2000; round++) {
            var name = "c" + round;
            client.received(Sent.response(ResourceType.CDS, "a" + round, cluster(name)), START);
            client.received(Sent.response(ResourceType.EDS, "e" + round, endpoints(name)), START);
            assertThat(live.resource(ResourceType.CDS, name)).isPresent();
            client.received(Sent.removal(ResourceType.CDS, "r" + round, name), START);
        }
        assertThat(live.size()).isEqualTo(6);
    }

    @Test
    void what_is_refused_meanwhile_harms_nothing_else_and_is_answered_with_the_rest() {
        client.received(Sent.response(ResourceType.CDS, "5", cluster("b")), START);
        bad = "t";
        client.received(Sent.response(ResourceType.LDS, "6", listener("new", "t")), START);
        client.received(Sent.response(ResourceType.RDS, "7", routes("t", "a")), START);
        client.received(Sent.response(ResourceType.RDS, "8", routes("r", "a", "a")), START);
        assertThat(has(routes("r", "a", "a"))).isTrue();
        assertThat(live.resource(ResourceType.RDS, "t")).isEmpty();
        var answers = client.received(Sent.response(ResourceType.EDS, "9", endpoints("b")), START);
        assertThat(answers.stream().filter(DeltaDiscoveryRequest::hasErrorDetail))
                .map(DeltaDiscoveryRequest::getResponseNonce)
                .containsExactly("7");
        assertThat(live.resource(ResourceType.CDS, "b")).isPresent();
    }

    /// One that is waited for as long as it takes.
    private static Cluster patient(String name) {
        var source = ADS.toBuilder().setInitialFetchTimeout(com.google.protobuf.Duration.getDefaultInstance());
        return cluster(name).toBuilder()
                .setEdsClusterConfig(Cluster.EdsClusterConfig.newBuilder().setEdsConfig(source))
                .build();
    }

    @Test
    void what_is_refused_while_something_is_waited_for_without_end_is_told_after_a_while() {
        client.received(Sent.response(ResourceType.CDS, "5", patient("b")), START);
        bad = "t";
        client.received(Sent.response(ResourceType.LDS, "6", listener("new", "t")), START);
        client.received(Sent.response(ResourceType.RDS, "7", routes("t", "a")), START);
        client.received(Sent.response(ResourceType.RDS, "8", routes("r", "a", "a")), START);
        assertThat(client.tick(START.plusSeconds(14))).noneMatch(DeltaDiscoveryRequest::hasErrorDetail);
        assertThat(refusals).isEmpty();
        var answers = client.tick(START.plusSeconds(15));
        assertThat(answers.stream().filter(DeltaDiscoveryRequest::hasErrorDetail))
                .singleElement()
                .satisfies(answer -> assertThat(answer.getResponseNonce()).isEqualTo("7"))
                .satisfies(answer ->
                        assertThat(answer.getErrorDetail().getMessage()).contains("is bad"));
        assertThat(refusals)
                .singleElement()
                .satisfies(told ->
                        assertThat(told.resources().resources(ResourceType.RDS)).containsOnlyKeys("t"));
        client.tick(START.plusSeconds(16));
        assertThat(live.resource(ResourceType.LDS, "new"))
                .as("it need not wait for what is not there")
                .isPresent();
        answers = client.received(Sent.response(ResourceType.EDS, "9", endpoints("b")), START.plusSeconds(60));
        assertThat(nonces(answers)).containsExactly("5", "9");
        assertThat(answers).noneMatch(DeltaDiscoveryRequest::hasErrorDetail);
        assertThat(refusals).as("once").hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(AdsVariant.class)
    void what_is_refused_wholly_while_something_is_waited_for_without_end_is_told_too(AdsVariant variant) {
        live = ResourceSet.EMPTY;
        client = new AdsSubscriptions(new Sink(), ResourceSet.EMPTY, variant, Duration.ofSeconds(15));
        runs();
        client.received(Sent.response(ResourceType.CDS, "5", patient("b")), START);
        broken = true;
        for (int time = 0; time < 2; time++) {
            var begun = START.plusSeconds(100L * time);
            var nonce = "again " + time;
            client.received(Sent.response(ResourceType.RDS, nonce, routes("r", "a", "a")), begun);
            assertThat(client.tick(begun.plusSeconds(14))).noneMatch(DeltaDiscoveryRequest::hasErrorDetail);
            assertThat(refusals).hasSize(time);
            assertThat(client.tick(begun.plusSeconds(15)).stream().filter(DeltaDiscoveryRequest::hasErrorDetail))
                    .singleElement()
                    .satisfies(answer -> assertThat(answer.getResponseNonce()).isEqualTo(nonce))
                    .satisfies(answer ->
                            assertThat(answer.getErrorDetail().getMessage()).contains("cannot be run"));
            client.tick(begun.plusSeconds(16));
            assertThat(client.tick(begun.plusSeconds(60))).noneMatch(DeltaDiscoveryRequest::hasErrorDetail);
            assertThat(refusals).as("once for each response").hasSize(time + 1);
        }
        broken = false;
        var answers = client.received(Sent.response(ResourceType.EDS, "9", endpoints("b")), START.plusSeconds(200));
        assertThat(nonces(answers)).containsExactlyInAnyOrder("5", "9");
        assertThat(answers).noneMatch(DeltaDiscoveryRequest::hasErrorDetail);
        assertThat(live.resource(ResourceType.CDS, "b")).isPresent();
        assertThat(has(routes("r", "a"))).isTrue();
    }

    @Test
    void what_is_refused_meanwhile_falls_back_on_what_was_good_before_the_process_began() {
        client.received(Sent.response(ResourceType.CDS, "5", patient("b")), START);
        bad = "t";
        lastGood = ResourceSet.of(routes("t", "a"));
        client.received(Sent.response(ResourceType.LDS, "6", listener("new", "t")), START);
        client.received(Sent.response(ResourceType.RDS, "7", routes("t", "a", "a")), START);
        assertThat(has(routes("t", "a"))).isTrue();
    }

    @Test
    void before_there_was_a_whole_nothing_goes_live_in_parts() {
        live = ResourceSet.EMPTY;
        var fresh = new AdsSubscriptions(new Sink(), ResourceSet.EMPTY);
        fresh.connected();
        fresh.received(Sent.response(ResourceType.CDS, "1", cluster("a"), cluster("b")), START);
        fresh.received(Sent.response(ResourceType.EDS, "2", endpoints("a")), START);
        assertThat(live).isEqualTo(ResourceSet.EMPTY);
    }

    private boolean has(RouteConfiguration routes) {
        return live.resource(ResourceType.RDS, routes.getName()).equals(Optional.of(NamedResource.of(routes)));
    }

    private static List<String> nonces(List<DeltaDiscoveryRequest> requests) {
        return requests.stream()
                .map(DeltaDiscoveryRequest::getResponseNonce)
                .filter(nonce -> !nonce.isEmpty())
                .toList();
    }

    private static Cluster cluster(String name) {
        return Cluster.newBuilder()
                .setName(name)
                .setType(Cluster.DiscoveryType.EDS)
                .setEdsClusterConfig(Cluster.EdsClusterConfig.newBuilder().setEdsConfig(ADS))
                .build();
    }

    private static ClusterLoadAssignment endpoints(String name) {
        return ClusterLoadAssignment.newBuilder().setClusterName(name).build();
    }

    private static Listener listener(String name, String routes) {
        var manager = HttpConnectionManager.newBuilder()
                .setRds(Rds.newBuilder().setRouteConfigName(routes).setConfigSource(ADS));
        return listener(name, Any.pack(manager.build()));
    }

    private static Listener tcp(String name, String cluster) {
        return listener(name, Any.pack(TcpProxy.newBuilder().setCluster(cluster).build()));
    }

    private static Listener listener(String name, Any filter) {
        return Listener.newBuilder()
                .setName(name)
                .addFilterChains(FilterChain.newBuilder()
                        .addFilters(Filter.newBuilder().setName("filter").setTypedConfig(filter)))
                .build();
    }

    private static RouteConfiguration routes(String name, String... clusters) {
        var host = VirtualHost.newBuilder().setName("all").addDomains("*");
        for (var cluster : clusters) {
            host.addRoutes(Route.newBuilder()
                    .setMatch(RouteMatch.newBuilder().setPrefix("/"))
                    .setRoute(RouteAction.newBuilder().setCluster(cluster)));
        }
        return RouteConfiguration.newBuilder()
                .setName(name)
                .addVirtualHosts(host)
                .build();
    }

    private static Cluster aggregate(String name, String member) {
        var members = ClusterConfig.newBuilder().addClusters(member).build();
        return Cluster.newBuilder()
                .setName(name)
                .setClusterType(CustomClusterType.newBuilder().setTypedConfig(Any.pack(members)))
                .build();
    }

    private static Secret root() {
        return Secret.newBuilder().setName("ROOTCA").build();
    }

    private static TransportSocket verifying(String secret) {
        return socket(Any.pack(
                UpstreamTlsContext.newBuilder().setCommonTlsContext(tls(secret)).build()));
    }

    private static TransportSocket verifyingClients(String secret) {
        return socket(Any.pack(DownstreamTlsContext.newBuilder()
                .setCommonTlsContext(tls(secret))
                .build()));
    }

    private static CommonTlsContext tls(String secret) {
        var trust = SdsSecretConfig.newBuilder().setName(secret).setSdsConfig(ADS);
        return CommonTlsContext.newBuilder()
                .setValidationContextSdsSecretConfig(trust)
                .build();
    }

    private static TransportSocket socket(Any context) {
        return TransportSocket.newBuilder()
                .setName("tls")
                .setTypedConfig(context)
                .build();
    }
}
