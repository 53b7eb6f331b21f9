package io.heddle.traffic.balance;

import static io.heddle.traffic.balance.Picks.host;
import static io.heddle.traffic.balance.Picks.zone;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.heddle.model.name.Locality;
import io.heddle.traffic.balance.BalancerPolicy.HashFunction;
import io.heddle.traffic.balance.BalancerPolicy.HashKeys;
import io.heddle.traffic.balance.BalancerPolicy.Layered;
import io.heddle.traffic.balance.BalancerPolicy.Layers;
import io.heddle.traffic.balance.BalancerPolicy.Localities;
import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.balance.host.Endpoint.Health;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.balance.host.HostSet;
import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.balance.host.Spread;
import io.heddle.traffic.balance.host.Surroundings;
import io.heddle.traffic.hash.XxHash64;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Consistent hashing: the same key finds the same host, and few keys move when hosts change.
class HashBalancerTest {
    private static final int KEYS = 20_000;

    private final Picks request = new Picks();

    static Stream<BalancerPolicy> policies() {
        return Stream.of(
                new BalancerPolicy.RingHash(HashFunction.XX_HASH, 10_000, 8_388_608, HashKeys.DEFAULT),
                new BalancerPolicy.RingHash(HashFunction.MURMUR_HASH_2, 10_000, 8_388_608, HashKeys.DEFAULT),
                new BalancerPolicy.Maglev(65_537, HashKeys.DEFAULT));
    }

    private static long key(int number) {
        return XxHash64.hash("key" + number, 0);
    }

    private List<String> places(LoadBalancer balancer) {
        return IntStream.range(0, KEYS)
                .mapToObj(number -> request.at(balancer, key(number)))
                .toList();
    }

    private static double moved(List<String> before, List<String> after) {
        long moved = IntStream.range(0, KEYS)
                .filter(i -> !before.get(i).equals(after.get(i)))
                .count();
        return 100.0 * moved / KEYS;
    }

    @ParameterizedTest
    @MethodSource("policies")
    void the_same_key_finds_the_same_host_in_whatever_order_hosts_come(BalancerPolicy policy) {
        var hosts = Picks.hosts(10, 0);
        var there = places(BuiltinBalancers.create(policy, hosts));
        assertThat(places(BuiltinBalancers.create(policy, hosts))).isEqualTo(there);
        assertThat(places(BuiltinBalancers.create(policy, hosts.reversed()))).isEqualTo(there);
    }

    @ParameterizedTest
    @MethodSource("policies")
    void few_keys_move_when_a_host_goes(BalancerPolicy policy) {
        var hosts = Picks.hosts(10, 0);
        var before = places(BuiltinBalancers.create(policy, hosts));
        var after = places(BuiltinBalancers.create(policy, hosts.subList(0, 9)));
        assertThat(moved(before, after)).isBetween(8.0, 20.0);
    }

    @ParameterizedTest
    @MethodSource("policies")
    void only_its_own_keys_move_while_a_host_is_ejected(BalancerPolicy policy) {
        var hosts = Picks.hosts(10, 0);
        var balancer = BuiltinBalancers.create(policy, hosts);
        var before = places(balancer);
        hosts.get(3).state().eject(Picks.NOW + 10);
        var after = places(balancer);
        var address = hosts.get(3).endpoint().address();
        for (int i = 0; i < KEYS; i++) {
            if (before.get(i).equals(address)) {
                assertThat(after.get(i)).isNotEqualTo(address);
            } else {
                assertThat(after.get(i)).isEqualTo(before.get(i));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("policies")
    void a_second_try_goes_to_one_other_host(BalancerPolicy policy) {
        var hosts = Picks.hosts(10, 0);
        var balancer = BuiltinBalancers.create(policy, hosts);
        var first = request.at(balancer, key(7));
        hosts.stream().filter(host -> host.endpoint().address().equals(first)).forEach(request.tried::add);
        var second = request.at(balancer, key(7));
        assertThat(second).isNotEqualTo(first).isEqualTo(request.at(balancer, key(7)));
    }

    @ParameterizedTest
    @MethodSource("policies")
    void localities_weigh_in_the_ring_itself(BalancerPolicy policy) {
        var hosts = new ArrayList<Host>();
        for (int i = 0; i < 10; i++) {
            hosts.add(host("10.0.0." + i, 1, Health.HEALTHY, 0, zone(i < 2 ? "a" : "b"), Map.of()));
        }
        var spread =
                new Spread(140, false, Map.of(new Spread.Place(0, zone("a")), 3, new Spread.Place(0, zone("b")), 1));
        var layers = new Layers(50, new Localities.ByWeight(), Layers.DEFAULT.overridable());
        var balancer =
                BuiltinBalancers.create(new Layered(layers, policy), new HostSet(hosts, spread, Surroundings.NONE));
        long inA = places(balancer).stream()
                .filter(address -> address.endsWith(".0") || address.endsWith(".1"))
                .count();
        assertThat(100.0 * inA / KEYS).isCloseTo(75, within(4.0));
    }

    @Test
    void a_ring_has_as_many_entries_as_asked_for() {
        var hosts = Picks.hosts(3, 0);
        var weights = HashWeights.of(hosts, Spread.DEFAULT, false);
        var small = new BalancerPolicy.RingHash(HashFunction.XX_HASH, 1024, 8_388_608, HashKeys.DEFAULT);
        assertThat(new RingHash(hosts, small, weights).size()).isEqualTo(1026);
        var bounded = new BalancerPolicy.RingHash(HashFunction.XX_HASH, 1, 2, HashKeys.DEFAULT);
        assertThat(new RingHash(hosts, bounded, weights).size()).isEqualTo(2);
    }

    @Test
    void hosts_are_placed_by_their_hash_key_then_their_name_then_their_address() {
        var endpoint = host("::1", 1, Health.HEALTHY, 0).endpoint();
        assertThat(endpoint.hashKey(false)).isEqualTo("[::1]:80");
        var named = new Endpoint(
                "10.0.0.1",
                80,
                1,
                Health.HEALTHY,
                0,
                Map.of(),
                endpoint.metadata(),
                "a.test",
                Locality.UNKNOWN,
                Map.of(),
                List.of());
        assertThat(named.hashKey(false)).isEqualTo("10.0.0.1:80");
        assertThat(named.hashKey(true)).isEqualTo("a.test");
        var keyed = host(
                "10.0.0.1", 1, Health.HEALTHY, 0, Locality.UNKNOWN, Map.of("hash_key", new LabelValue.Text("seven")));
        assertThat(keyed.endpoint().hashKey(true)).isEqualTo("seven");
    }

    @Test
    void no_host_gets_more_than_its_bounded_share() {
        var hosts = Picks.hosts(10, 0);
        var active = new AtomicInteger();
        var policy = new BalancerPolicy.Maglev(65_537, new HashKeys(false, 125, List.of()));
        var balancer = BuiltinBalancers.create(
                policy,
                new HostSet(
                        hosts, Spread.DEFAULT, new Surroundings(Locality.UNKNOWN, Map.of(), Map.of(), active::get)));
        var counts = new HashMap<Host, Integer>();
        request.hash = java.util.Optional.of(key(1));
        for (int i = 0; i < 1000; i++) {
            var picked = balancer.pick(request).orElseThrow();
            picked.state().begin();
            active.incrementAndGet();
            counts.merge(picked, 1, Integer::sum);
            assertThat(counts.get(picked)).isLessThanOrEqualTo((int) Math.ceil(Math.ceil((i + 1) * 1.25) / 10));
        }
        assertThat(counts.values()).allMatch(count -> count <= 125);
        hosts.forEach(host -> IntStream.range(0, counts.getOrDefault(host, 0))
                .forEach(_ -> host.state().end()));
        active.set(0);
        assertThat(request.counts(balancer, 50)).hasSize(1);
    }
}
