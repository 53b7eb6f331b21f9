package io.heddle.traffic.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.balance.BalancerPolicy.HashFunction;
import io.heddle.traffic.balance.BalancerPolicy.HashKeys;
import io.heddle.traffic.balance.BalancerPolicy.Layers;
import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.balance.host.HostState;
import io.heddle.traffic.balance.host.WeightRules;
import io.heddle.traffic.request.PeerMetadata;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What every balancer must do; a new one is added to `policies`, and to `spreading` when it spreads requests over all
/// hosts.
class LoadBalancerContractTest {
    private static final long SEED = 42;
    private static final long NOW = 1_000_000_000L;

    static Stream<BalancerPolicy> policies() {
        return Stream.concat(
                spreading(), Stream.of(new BalancerPolicy.PickFirst(false), new BalancerPolicy.PickFirst(true)));
    }

    static Stream<BalancerPolicy> spreading() {
        return Stream.of(
                new BalancerPolicy.RoundRobin(),
                new BalancerPolicy.LeastRequest(2),
                new BalancerPolicy.LeastRequest(BalancerPolicy.LeastRequest.ALL),
                new BalancerPolicy.LeastRequest(2, 0.5, Optional.empty()),
                new BalancerPolicy.Random(),
                new BalancerPolicy.ClientWeighted(WeightRules.DEFAULT, Optional.empty(), Optional.empty()),
                new BalancerPolicy.PeakEwma(Duration.ofSeconds(10), Duration.ofMillis(10)),
                new BalancerPolicy.RingHash(HashFunction.XX_HASH, 200_000, 8_388_608, HashKeys.DEFAULT),
                new BalancerPolicy.RingHash(HashFunction.MURMUR_HASH_2, 200_000, 8_388_608, HashKeys.DEFAULT),
                new BalancerPolicy.Maglev(65_537, HashKeys.DEFAULT),
                new BalancerPolicy.Maglev(65_537, new HashKeys(false, 150, List.of())),
                new BalancerPolicy.Layered(Layers.DEFAULT, new BalancerPolicy.RoundRobin()),
                new BalancerPolicy.OverrideHost(List.of(), new BalancerPolicy.Random()),
                new BalancerPolicy.Subsets(
                        new SubsetRules(
                                SubsetRules.Fallback.ANY_ENDPOINT, Map.of(), List.of(), SubsetRules.Options.DEFAULT),
                        new BalancerPolicy.RoundRobin()));
    }

    private static final class Request implements PickRequest {
        private final SplittableRandom random = new SplittableRandom(SEED);
        private final Set<Host> tried = new java.util.HashSet<>();
        private long now = NOW;

        @Override
        public long chance() {
            return random.nextLong();
        }

        @Override
        public long now() {
            return now;
        }

        @Override
        public boolean tried(Host host) {
            return tried.contains(host);
        }
    }

    private static Host host(String address, int weight, Endpoint.Health health, int priority) {
        return new Host(
                new Endpoint(address, 80, weight, health, priority, Map.of(), PeerMetadata.UNKNOWN), new HostState());
    }

    private static List<Host> healthy(int... weights) {
        var hosts = new ArrayList<Host>();
        for (int i = 0; i < weights.length; i++) {
            hosts.add(host("10.0.0." + i, weights[i], Endpoint.Health.HEALTHY, 0));
        }
        return hosts;
    }

    private static Map<Host, Integer> counts(LoadBalancer balancer, Request request, int picks) {
        var counts = new HashMap<Host, Integer>();
        for (int i = 0; i < picks; i++) {
            balancer.pick(request).ifPresent(host -> counts.merge(host, 1, Integer::sum));
        }
        return counts;
    }

    @ParameterizedTest
    @MethodSource("policies")
    void picks_nothing_from_nothing(BalancerPolicy policy) {
        assertThat(BuiltinBalancers.create(policy, List.of()).pick(new Request()))
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("spreading")
    void shares_evenly_among_equals(BalancerPolicy policy) {
        var hosts = healthy(1, 1, 1, 1);
        var counts = counts(BuiltinBalancers.create(policy, hosts), new Request(), 40_000);
        hosts.forEach(host ->
                assertThat(counts.get(host)).as(policy + " seed " + SEED).isBetween(9_500, 10_500));
    }

    @ParameterizedTest
    @MethodSource("spreading")
    void shares_by_weight_while_idle(BalancerPolicy policy) {
        var hosts = healthy(1, 3, 6);
        var counts = counts(BuiltinBalancers.create(policy, hosts), new Request(), 50_000);
        assertThat(counts.get(hosts.get(0))).as("seed " + SEED).isBetween(4_500, 5_500);
        assertThat(counts.get(hosts.get(1))).isBetween(14_000, 16_000);
        assertThat(counts.get(hosts.get(2))).isBetween(29_000, 31_000);
    }

    @ParameterizedTest
    @MethodSource("policies")
    void returns_the_same_object_for_a_host_on_every_pick(BalancerPolicy policy) {
        var balancer = BuiltinBalancers.create(policy, healthy(1));
        var request = new Request();
        assertThat(balancer.pick(request)).isSameAs(balancer.pick(request));
    }

    @ParameterizedTest
    @MethodSource("policies")
    void takes_the_first_priority_alone_while_it_lives(BalancerPolicy policy) {
        var first = host("a", 1, Endpoint.Health.HEALTHY, 0);
        var second = host("b", 1, Endpoint.Health.HEALTHY, 1);
        var balancer = BuiltinBalancers.create(policy, List.of(second, first));
        assertThat(counts(balancer, new Request(), 100)).containsOnlyKeys(first);
        first.state().eject(NOW + 10);
        assertThat(counts(balancer, new Request(), 100)).containsOnlyKeys(second);
    }

    @ParameterizedTest
    @MethodSource("policies")
    void takes_the_next_priority_when_the_first_is_unhealthy(BalancerPolicy policy) {
        var first = host("a", 1, Endpoint.Health.UNHEALTHY, 0);
        var second = host("b", 1, Endpoint.Health.HEALTHY, 1);
        var balancer = BuiltinBalancers.create(policy, List.of(first, second));
        assertThat(counts(balancer, new Request(), 100)).containsOnlyKeys(second);
    }

    @ParameterizedTest
    @MethodSource("spreading")
    void leaves_out_the_ejected_and_takes_them_back(BalancerPolicy policy) {
        var hosts = healthy(1, 1);
        var balancer = BuiltinBalancers.create(policy, hosts);
        var request = new Request();
        hosts.get(0).state().eject(NOW + 10);
        assertThat(counts(balancer, request, 100)).containsOnlyKeys(hosts.get(1));
        request.now = NOW + 10;
        assertThat(counts(balancer, request, 100)).hasSize(2);
    }

    @ParameterizedTest
    @MethodSource("spreading")
    void disregards_ejections_when_more_than_half_are_ejected(BalancerPolicy policy) {
        var hosts = healthy(1, 1, 1);
        var balancer = BuiltinBalancers.create(policy, hosts);
        hosts.get(0).state().eject(NOW + 10);
        hosts.get(1).state().eject(NOW + 10);
        assertThat(counts(balancer, new Request(), 300)).hasSize(3);
    }

    @ParameterizedTest
    @MethodSource("policies")
    void goes_elsewhere_than_it_tried_if_it_can(BalancerPolicy policy) {
        var hosts = healthy(1, 1, 1);
        var balancer = BuiltinBalancers.create(policy, hosts);
        var request = new Request();
        request.tried.add(hosts.get(0));
        request.tried.add(hosts.get(1));
        assertThat(counts(balancer, request, 100)).containsOnlyKeys(hosts.get(2));
        request.tried.add(hosts.get(2));
        assertThat(counts(balancer, request, 100)).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("policies")
    void gives_new_requests_to_draining_hosts_only_when_nothing_else_is_left(BalancerPolicy policy) {
        var draining = host("d", 1, Endpoint.Health.DRAINING, 0);
        var unhealthy = host("u", 1, Endpoint.Health.UNHEALTHY, 0);
        var healthy = host("h", 1, Endpoint.Health.HEALTHY, 0);
        var all = BuiltinBalancers.create(policy, List.of(draining, unhealthy, healthy));
        assertThat(counts(all, new Request(), 100)).containsOnlyKeys(healthy);
        var ill = BuiltinBalancers.create(policy, List.of(draining, unhealthy));
        assertThat(counts(ill, new Request(), 100)).containsOnlyKeys(unhealthy);
        var leaving = BuiltinBalancers.create(policy, List.of(draining));
        assertThat(counts(leaving, new Request(), 100)).containsOnlyKeys(draining);
    }
}
