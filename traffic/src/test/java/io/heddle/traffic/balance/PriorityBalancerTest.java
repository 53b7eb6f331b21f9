package io.heddle.traffic.balance;

import static io.heddle.traffic.balance.Picks.host;
import static io.heddle.traffic.balance.Picks.hosts;
import static io.heddle.traffic.balance.Picks.zone;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.heddle.traffic.balance.BalancerPolicy.Layered;
import io.heddle.traffic.balance.BalancerPolicy.Layers;
import io.heddle.traffic.balance.BalancerPolicy.Localities;
import io.heddle.traffic.balance.BalancerPolicy.SlowStart;
import io.heddle.traffic.balance.host.Endpoint.Health;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.balance.host.HostSet;
import io.heddle.traffic.balance.host.Spread;
import io.heddle.traffic.balance.host.Surroundings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// How priorities, health, localities and slow start decide before an algorithm does.
class PriorityBalancerTest {
    private static final int PICKS = 20_000;

    private final Picks request = new Picks();

    private static LoadBalancer balancer(Layers layers, Spread spread, List<Host> hosts) {
        return BuiltinBalancers.create(
                new Layered(layers, new BalancerPolicy.RoundRobin()), new HostSet(hosts, spread, Surroundings.NONE));
    }

    private static LoadBalancer balancer(List<Host> hosts) {
        return balancer(Layers.DEFAULT, Spread.DEFAULT, hosts);
    }

    private static Layers panicBelow(double threshold) {
        return new Layers(threshold, new Localities.Anywhere(), Layers.DEFAULT.overridable());
    }

    /// Percent of the picks that fall on hosts like that.
    private double share(LoadBalancer balancer, Predicate<Host> of) {
        return request.counts(balancer, PICKS).entrySet().stream()
                        .filter(entry -> of.test(entry.getKey()))
                        .mapToInt(Map.Entry::getValue)
                        .sum()
                * 100.0
                / PICKS;
    }

    private static List<Host> both(List<Host> one, List<Host> other) {
        return Stream.concat(one.stream(), other.stream()).toList();
    }

    private static List<Host> ejected(List<Host> hosts, int count) {
        hosts.subList(0, count).forEach(host -> host.state().eject(Picks.NOW + 1));
        return hosts;
    }

    @Test
    void a_priority_takes_everything_while_its_healthy_share_times_the_factor_is_one() {
        var balancer = balancer(both(ejected(hosts(100, 0), 28), hosts(100, 1)));
        assertThat(share(balancer, host -> host.endpoint().priority() == 0)).isEqualTo(100);
    }

    @Test
    void what_a_priority_cannot_take_goes_to_the_next() {
        var balancer = balancer(both(ejected(hosts(100, 0), 50), hosts(100, 1)));
        assertThat(share(balancer, host -> host.endpoint().priority() == 0)).isCloseTo(70, within(1.5));
    }

    @Test
    void the_factor_is_the_clusters_own() {
        var hosts = both(ejected(hosts(100, 0), 50), hosts(100, 1));
        var balancer = balancer(Layers.DEFAULT, new Spread(100, false, Map.of()), hosts);
        assertThat(share(balancer, host -> host.endpoint().priority() == 0)).isCloseTo(50, within(1.5));
    }

    @Test
    void health_counts_by_weight_where_the_cluster_says_so() {
        var heavy = host("10.0.0.1", 9, Health.UNHEALTHY, 0);
        var light = host("10.0.0.2", 1, Health.HEALTHY, 0);
        var all = both(List.of(heavy, light), hosts(10, 1));
        var byCount = balancer(Layers.DEFAULT, new Spread(100, false, Map.of()), all);
        assertThat(share(byCount, host -> host.endpoint().priority() == 0)).isCloseTo(50, within(1.5));
        var byWeight = balancer(Layers.DEFAULT, new Spread(100, true, Map.of()), all);
        assertThat(share(byWeight, host -> host.endpoint().priority() == 0)).isCloseTo(10, within(1.5));
    }

    @Test
    void loads_are_scaled_when_all_together_cannot_take_everything() {
        // Availabilities of 28 % (20 of 100) and 42 % (30 of 100): 40 % and 60 % of the requests.
        var hosts = both(ejected(hosts(100, 0), 80), ejected(hosts(100, 1), 70));
        var balancer = balancer(panicBelow(0), Spread.DEFAULT, hosts);
        assertThat(share(balancer, host -> host.endpoint().priority() == 0)).isCloseTo(40, within(1.5));
        assertThat(share(balancer, host -> host.state().isEjected(Picks.NOW))).isZero();
    }

    @Test
    void degraded_hosts_take_what_healthy_ones_cannot() {
        var all = new ArrayList<Host>();
        all.addAll(hosts(5, 0));
        for (int i = 0; i < 5; i++) {
            all.add(host("10.9.0." + i, 1, Health.DEGRADED, 0));
        }
        var balancer = balancer(all);
        assertThat(share(balancer, host -> host.endpoint().health() == Health.DEGRADED))
                .isCloseTo(30, within(1.5));
        assertThat(share(balancer(all.subList(5, 10)), host -> true)).isEqualTo(100);
    }

    @Test
    void a_panic_disregards_health_below_the_threshold() {
        var some = ejected(hosts(10, 0), 6);
        assertThat(share(balancer(some), host -> host.state().isEjected(Picks.NOW)))
                .isCloseTo(60, within(1.5));
        assertThat(share(
                        balancer(panicBelow(40), Spread.DEFAULT, some),
                        host -> host.state().isEjected(Picks.NOW)))
                .isZero();
    }

    @Test
    void without_a_threshold_there_is_no_panic_and_no_last_resort() {
        var balancer = balancer(panicBelow(0), Spread.DEFAULT, ejected(hosts(2, 0), 2));
        assertThat(balancer.pick(request)).isEmpty();
        request.now = Picks.NOW + 1;
        assertThat(balancer.pick(request)).isPresent();
    }

    @Test
    void in_a_panic_of_all_priorities_hosts_count_whatever_their_health() {
        var hosts = both(ejected(hosts(30, 0), 30), ejected(hosts(10, 1), 10));
        assertThat(share(balancer(hosts), host -> host.endpoint().priority() == 0))
                .isCloseTo(75, within(1.5));
    }

    @Test
    void requests_can_fail_rather_than_panic() {
        var failing = new Layers(
                50, new Localities.ZoneAware(100, 6, true, Optional.empty(), false), Layers.DEFAULT.overridable());
        assertThat(balancer(failing, Spread.DEFAULT, ejected(hosts(4, 0), 3)).pick(request))
                .isEmpty();
    }

    @Test
    void draining_hosts_count_neither_for_nor_against_a_priority() {
        var all = new ArrayList<Host>(hosts(2, 0));
        for (int i = 0; i < 8; i++) {
            all.add(host("10.9.0." + i, 1, Health.DRAINING, 0));
        }
        all.addAll(hosts(2, 1));
        assertThat(share(
                        balancer(all),
                        host -> host.endpoint().health() == Health.HEALTHY
                                && host.endpoint().priority() == 0))
                .isEqualTo(100);
    }

    @Test
    void a_retry_goes_to_another_priority_when_all_of_the_first_were_tried() {
        var first = hosts(2, 0);
        var second = hosts(1, 1);
        request.tried.addAll(first);
        assertThat(request.counts(balancer(both(first, second)), 50)).containsOnlyKeys(second.get(0));
    }

    @Test
    void priorities_that_were_tried_are_passed_over_while_others_can_take_the_request() {
        var second = ejected(hosts(10, 1), 5);
        var balancer = balancer(both(hosts(10, 0), both(second, hosts(10, 2))));
        request.triedPriorities = 0b001;
        assertThat(share(balancer, host -> host.endpoint().priority() == 1)).isCloseTo(70, within(1.5));
        assertThat(share(balancer, host -> host.endpoint().priority() == 2)).isCloseTo(30, within(1.5));
        request.triedPriorities = 0b111;
        assertThat(share(balancer, host -> host.endpoint().priority() == 0))
                .as("none is left, so that all count again")
                .isEqualTo(100);
        assertThat(request.triedPriorities)
                .as("and what was tried is forgotten")
                .isZero();
    }

    @Test
    void a_change_of_health_is_seen_at_once_and_an_ejections_end_too() {
        var all = hosts(2, 0);
        var balancer = balancer(all);
        assertThat(request.counts(balancer, 100)).hasSize(2);
        all.get(0).state().eject(Picks.NOW + 10);
        assertThat(request.counts(balancer, 100)).containsOnlyKeys(all.get(1));
        all.get(0).state().succeed();
        assertThat(request.counts(balancer, 100)).hasSize(2);
        all.get(1).state().eject(Picks.NOW + 10);
        assertThat(request.counts(balancer, 100)).containsOnlyKeys(all.get(0));
        request.now = Picks.NOW + 10;
        assertThat(request.counts(balancer, 100)).hasSize(2);
    }

    @Test
    void new_hosts_make_no_panic_where_they_are_left_out_until_they_were_checked() {
        for (boolean left : List.of(true, false)) {
            var all = hosts(10, 0);
            all.subList(0, 8).forEach(host -> host.state().awaitCheck(left));
            var balancer = balancer(all);
            boolean panic = share(balancer, host -> all.indexOf(host) < 8) > 0;
            assertThat(panic).isNotEqualTo(left);
            all.subList(0, 8).forEach(host -> host.state().failCheck());
            assertThat(share(balancer, host -> all.indexOf(host) < 8)).isPositive();
        }
    }

    @Test
    void a_balancer_made_anew_sees_the_health_of_hosts_that_stay() {
        var all = hosts(3, 0);
        var old = balancer(all.subList(0, 2));
        var fresh = balancer(all);
        all.get(0).state().eject(Picks.NOW + 10);
        assertThat(request.counts(old, 100)).containsOnlyKeys(all.get(1));
        assertThat(request.counts(fresh, 100)).containsOnlyKeys(all.get(1), all.get(2));
    }

    private static final Layers BY_WEIGHT = new Layers(50, new Localities.ByWeight(), Layers.DEFAULT.overridable());

    private static List<Host> in(String zone, int count, Health health) {
        var hosts = new ArrayList<Host>();
        for (int i = 0; i < count; i++) {
            hosts.add(host(zone + "." + health + "." + i, 1, health, 0, zone(zone), Map.of()));
        }
        return hosts;
    }

    private static Predicate<Host> of(String zone) {
        return host -> host.endpoint().locality().equals(zone(zone));
    }

    private static Spread weights(int a, int b) {
        return new Spread(140, false, Map.of(new Spread.Place(0, zone("a")), a, new Spread.Place(0, zone("b")), b));
    }

    @Test
    void localities_get_requests_by_their_weights_and_not_by_their_hosts() {
        var hosts = both(in("a", 2, Health.HEALTHY), in("b", 8, Health.HEALTHY));
        assertThat(share(balancer(BY_WEIGHT, weights(3, 1), hosts), of("a"))).isCloseTo(75, within(1.5));
        assertThat(share(balancer(BY_WEIGHT, weights(1, 0), hosts), of("a"))).isEqualTo(100);
        assertThat(share(balancer(Layers.DEFAULT, weights(3, 1), hosts), of("a")))
                .isCloseTo(20, within(1.5));
    }

    @Test
    void a_localitys_weight_shrinks_with_its_health_times_the_factor() {
        var hosts = both(both(in("a", 5, Health.HEALTHY), in("a", 5, Health.UNHEALTHY)), in("b", 10, Health.HEALTHY));
        // 70 % of its weight against the whole of the other's: 0.7 / 1.7.
        assertThat(share(balancer(BY_WEIGHT, weights(1, 1), hosts), of("a"))).isCloseTo(41.2, within(1.5));
    }

    private LoadBalancer zoneAware(Localities.ZoneAware settings, Map<String, Long> peers, List<Host> hosts) {
        var counts = new java.util.HashMap<io.heddle.model.name.Locality, Long>();
        peers.forEach((zone, count) -> counts.put(zone(zone), count));
        var layers = new Layers(50, settings, Layers.DEFAULT.overridable());
        return BuiltinBalancers.create(
                new Layered(layers, new BalancerPolicy.RoundRobin()),
                new HostSet(hosts, Spread.DEFAULT, new Surroundings(zone("a"), counts, counts, () -> 0)));
    }

    private static final Localities.ZoneAware ZONES = new Localities.ZoneAware(100, 6, false, Optional.empty(), false);

    @Test
    void all_stays_in_the_own_zone_while_its_hosts_can_take_it() {
        var hosts = both(in("a", 5, Health.HEALTHY), in("b", 5, Health.HEALTHY));
        assertThat(share(zoneAware(ZONES, Map.of("a", 10L, "b", 10L), hosts), of("a")))
                .isEqualTo(100);
    }

    @Test
    void what_the_own_zone_cannot_take_goes_where_there_is_room() {
        // 20 % of the hosts for 50 % of the proxies: 40 % stays.
        var hosts = both(in("a", 2, Health.HEALTHY), in("b", 8, Health.HEALTHY));
        assertThat(share(zoneAware(ZONES, Map.of("a", 10L, "b", 10L), hosts), of("a")))
                .isCloseTo(40, within(1.5));
    }

    @Test
    void zones_do_not_count_in_small_clusters_nor_without_peers() {
        var hosts = both(in("a", 2, Health.HEALTHY), in("b", 2, Health.HEALTHY));
        assertThat(share(zoneAware(ZONES, Map.of("a", 10L, "b", 10L), hosts), of("a")))
                .isCloseTo(50, within(1.5));
        var more = both(in("a", 5, Health.HEALTHY), in("b", 5, Health.HEALTHY));
        assertThat(share(zoneAware(ZONES, Map.of(), more), of("a"))).isCloseTo(50, within(1.5));
        assertThat(share(zoneAware(ZONES, Map.of("b", 10L, "c", 1L), more), of("a")))
                .isCloseTo(50, within(1.5));
    }

    @Test
    void zones_can_count_for_a_part_of_the_requests() {
        var half = new Localities.ZoneAware(50, 6, false, Optional.empty(), false);
        var hosts = both(in("a", 5, Health.HEALTHY), in("b", 5, Health.HEALTHY));
        assertThat(share(zoneAware(half, Map.of("a", 10L, "b", 10L), hosts), of("a")))
                .isCloseTo(75, within(1.5));
    }

    @Test
    void the_own_zone_can_be_forced_from_a_number_of_hosts_on() {
        var forced = new Localities.ZoneAware(100, 6, false, Optional.of(2), false);
        var hosts = both(in("a", 2, Health.HEALTHY), in("b", 8, Health.HEALTHY));
        assertThat(share(zoneAware(forced, Map.of("a", 10L, "b", 10L), hosts), of("a")))
                .isEqualTo(100);
        var fewer = both(in("a", 1, Health.HEALTHY), in("b", 9, Health.HEALTHY));
        assertThat(share(zoneAware(forced, Map.of("a", 10L, "b", 10L), fewer), of("a")))
                .isCloseTo(20, within(1.5));
    }

    private static LoadBalancer slow(BalancerPolicy policy, List<Host> hosts) {
        return BuiltinBalancers.create(policy, hosts);
    }

    @Test
    void a_new_host_gets_its_share_over_the_window() {
        var slowStart = Optional.of(new SlowStart(Duration.ofSeconds(100), 1, 10));
        for (var policy :
                List.of(new BalancerPolicy.RoundRobin(slowStart), new BalancerPolicy.LeastRequest(2, 1, slowStart))) {
            var hosts = hosts(4, 0);
            hosts.forEach(host -> host.state().join(Picks.NOW));
            var fresh = hosts.get(3);
            hosts.subList(0, 3)
                    .forEach(host ->
                            host.state().join(Picks.NOW - Duration.ofHours(1).toNanos()));
            var balancer = slow(policy, hosts);
            request.now = Picks.NOW + Duration.ofSeconds(1).toNanos();
            assertThat(share(balancer, fresh::equals)).as(policy.toString()).isCloseTo(10 / 3.1, within(1.0));
            request.now = Picks.NOW + Duration.ofSeconds(50).toNanos();
            assertThat(share(balancer, fresh::equals)).as(policy.toString()).isCloseTo(50 / 3.5, within(1.5));
            request.now = Picks.NOW + Duration.ofSeconds(100).toNanos();
            assertThat(share(balancer, fresh::equals)).as(policy.toString()).isCloseTo(25, within(1.5));
        }
    }

    @Test
    void hosts_that_all_are_new_share_evenly() {
        var slowStart = Optional.of(new SlowStart(Duration.ofSeconds(100), 1, 1));
        var hosts = hosts(4, 0);
        hosts.forEach(host -> host.state().join(Picks.NOW));
        var balancer = slow(new BalancerPolicy.RoundRobin(slowStart), hosts);
        assertThat(share(balancer, hosts.get(0)::equals)).isCloseTo(25, within(1.0));
    }

    @Test
    void a_host_that_health_checks_let_back_in_starts_slowly_again() {
        var slowStart = Optional.of(new SlowStart(Duration.ofSeconds(100), 1, 10));
        for (var policy :
                List.of(new BalancerPolicy.RoundRobin(slowStart), new BalancerPolicy.LeastRequest(2, 1, slowStart))) {
            var hosts = hosts(4, 0);
            hosts.forEach(
                    host -> host.state().join(Picks.NOW - Duration.ofHours(1).toNanos()));
            var balancer = slow(policy, hosts);
            var back = hosts.get(0);
            request.now = Picks.NOW;
            back.state().failCheck();
            assertThat(share(balancer, back::equals)).as(policy.toString()).isZero();
            back.state().passCheck(Picks.NOW);
            assertThat(share(balancer, back::equals)).as(policy.toString()).isCloseTo(10 / 3.1, within(1.0));
            request.now = Picks.NOW + Duration.ofSeconds(50).toNanos();
            back.state().passCheck(request.now); // the next one changes nothing
            assertThat(share(balancer, back::equals)).as(policy.toString()).isCloseTo(50 / 3.5, within(1.5));
        }
    }

    @Test
    void a_host_whose_ejection_ends_has_all_of_its_share_at_once() {
        var slowStart = Optional.of(new SlowStart(Duration.ofSeconds(100), 1, 10));
        var hosts = hosts(4, 0);
        hosts.forEach(host -> host.state().join(Picks.NOW - Duration.ofHours(1).toNanos()));
        var balancer = slow(new BalancerPolicy.RoundRobin(slowStart), hosts);
        hosts.get(0).state().eject(Picks.NOW);
        assertThat(share(balancer, hosts.get(0)::equals)).as("its time is over").isCloseTo(25, within(1.0));
        hosts.get(0).state().succeed();
        assertThat(share(balancer, hosts.get(0)::equals)).isCloseTo(25, within(1.0));
        hosts.get(0).state().eject(Picks.NOW + Duration.ofHours(1).toNanos());
        hosts.get(0).state().readmit();
        assertThat(share(balancer, hosts.get(0)::equals)).isCloseTo(25, within(1.0));
    }

    @Test
    void the_bias_says_how_much_requests_under_way_count() {
        var hosts = hosts(2, 0);
        hosts.get(0).state().begin();
        var counting = BuiltinBalancers.create(new BalancerPolicy.LeastRequest(2), hosts);
        assertThat(share(counting, hosts.get(0)::equals)).isZero();
        var blind = BuiltinBalancers.create(new BalancerPolicy.LeastRequest(2, 0, Optional.empty()), hosts);
        assertThat(share(blind, hosts.get(0)::equals)).isCloseTo(50, within(1.5));
    }

    @Test
    void a_full_scan_always_finds_the_least_busy() {
        var hosts = hosts(50, 0);
        hosts.forEach(host -> host.state().begin());
        hosts.get(17).state().end();
        var balancer = BuiltinBalancers.create(new BalancerPolicy.LeastRequest(BalancerPolicy.LeastRequest.ALL), hosts);
        assertThat(request.counts(balancer, 100)).containsOnlyKeys(hosts.get(17));
    }
}
