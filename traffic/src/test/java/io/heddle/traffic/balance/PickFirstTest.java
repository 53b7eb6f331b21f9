package io.heddle.traffic.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.balance.BalancerPolicy.Layers;
import io.heddle.traffic.balance.BalancerPolicy.Localities;
import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.balance.host.HostSet;
import io.heddle.traffic.balance.host.Spread;
import io.heddle.traffic.balance.host.Surroundings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Which host `pick_first` takes, and when it takes another one.
class PickFirstTest {
    private static final BalancerPolicy IN_ORDER = new BalancerPolicy.PickFirst(false);
    private static final BalancerPolicy SHUFFLED = new BalancerPolicy.PickFirst(true);

    private final Picks picks = new Picks();

    private static LoadBalancer balancer(BalancerPolicy policy, List<Host> hosts) {
        return BuiltinBalancers.create(policy, hosts);
    }

    @Test
    void takes_the_first_of_the_list_for_everything() {
        var hosts = Picks.hosts(5, 0);
        assertThat(picks.counts(balancer(IN_ORDER, hosts), 100)).containsOnlyKeys(hosts.get(0));
    }

    @Test
    void stays_with_another_host_when_the_first_has_come_back() {
        var hosts = Picks.hosts(3, 0);
        var balancer = balancer(IN_ORDER, hosts);
        picks.counts(balancer, 1);
        hosts.get(0).state().reached(false);
        assertThat(picks.counts(balancer, 10)).containsOnlyKeys(hosts.get(1));
        hosts.get(0).state().reached(true);
        assertThat(picks.counts(balancer, 10)).containsOnlyKeys(hosts.get(1));
        hosts.get(1).state().eject(Picks.NOW + 1);
        assertThat(picks.counts(balancer, 10)).containsOnlyKeys(hosts.get(0));
    }

    @Test
    void stays_with_its_host_when_the_list_changes_and_leaves_one_that_is_gone() {
        var hosts = Picks.hosts(3, 0);
        var balancer = balancer(IN_ORDER, hosts);
        hosts.get(0).state().reached(false);
        assertThat(picks.counts(balancer, 1)).containsOnlyKeys(hosts.get(1));
        hosts.get(0).state().reached(true);
        var more = new ArrayList<>(Picks.hosts(2, 9));
        more.addAll(hosts);
        assertThat(picks.counts(balancer(IN_ORDER, more), 10)).containsOnlyKeys(hosts.get(1));
        var fewer = List.of(hosts.get(2), hosts.get(0));
        assertThat(picks.counts(balancer(IN_ORDER, fewer), 10)).containsOnlyKeys(hosts.get(2));
    }

    @Test
    void tries_each_in_turn_when_no_connection_can_be_made() {
        var hosts = Picks.hosts(3, 0);
        hosts.forEach(host -> host.state().reached(false));
        var balancer = balancer(IN_ORDER, hosts);
        assertThat(picks.counts(balancer, 30))
                .containsOnlyKeys(hosts)
                .allSatisfy((_, count) -> assertThat(count).isEqualTo(10));
    }

    @Test
    void a_retry_goes_to_the_next_and_changes_nothing_for_others() {
        var hosts = Picks.hosts(3, 0);
        var balancer = balancer(IN_ORDER, hosts);
        picks.tried.add(hosts.get(0));
        assertThat(picks.counts(balancer, 10)).containsOnlyKeys(hosts.get(1));
        picks.tried.clear();
        assertThat(picks.counts(balancer, 10)).containsOnlyKeys(hosts.get(0));
    }

    @Test
    void shuffled_lists_begin_with_hosts_by_their_weights() {
        var first = new HashMap<String, Integer>();
        for (int i = 0; i < 10_000; i++) {
            var hosts = IntStream.of(1, 2, 7)
                    .mapToObj(weight -> Picks.host("w" + weight, weight, Endpoint.Health.HEALTHY, 0))
                    .toList();
            var balancer = balancer(SHUFFLED, hosts);
            var taken = balancer.pick(picks).orElseThrow();
            assertThat(balancer.pick(picks)).contains(taken);
            first.merge(taken.endpoint().address(), 1, Integer::sum);
        }
        assertThat(first.get("w1")).as("seed " + Picks.SEED).isBetween(900, 1_100);
        assertThat(first.get("w2")).isBetween(1_850, 2_150);
        assertThat(first.get("w7")).isBetween(6_800, 7_200);
    }

    @Test
    void one_host_in_service_lets_its_priority_take_everything() {
        var hosts = new ArrayList<>(Picks.hosts(10, 0));
        hosts.addAll(Picks.hosts(10, 1));
        for (int i = 0; i < 9; i++) {
            hosts.get(i).state().eject(Picks.NOW + 10);
        }
        assertThat(picks.counts(balancer(IN_ORDER, hosts), 100)).containsOnlyKeys(hosts.get(9));
    }

    @Test
    void a_preferred_zone_does_not_make_two_of_one_host() {
        var zones = new Localities.ZoneAware(100, 1, false, Optional.empty(), false);
        var layers = new Layers(50, zones, Layers.DEFAULT.overridable());
        var hosts = List.of(
                Picks.host("a", 1, Endpoint.Health.HEALTHY, 0, Picks.zone("z1"), Map.of()),
                Picks.host("b", 1, Endpoint.Health.HEALTHY, 0, Picks.zone("z2"), Map.of()));
        var peers = Map.of(Picks.zone("z1"), 9L, Picks.zone("z2"), 1L);
        var set = new HostSet(hosts, Spread.DEFAULT, new Surroundings(Picks.zone("z1"), peers, peers, () -> 0));
        var balancer = BuiltinBalancers.create(new BalancerPolicy.Layered(layers, SHUFFLED), set);
        assertThat(picks.counts(balancer, 1_000)).hasSize(1);
    }
}
