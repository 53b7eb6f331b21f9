package io.heddle.traffic.balance;

import static io.heddle.traffic.balance.Picks.host;
import static io.heddle.traffic.balance.Picks.zone;
import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.model.name.Locality;
import io.heddle.traffic.balance.BalancerPolicy.Layered;
import io.heddle.traffic.balance.BalancerPolicy.Layers;
import io.heddle.traffic.balance.BalancerPolicy.Localities;
import io.heddle.traffic.balance.BalancerPolicy.RoundRobin;
import io.heddle.traffic.balance.BalancerPolicy.Subsets;
import io.heddle.traffic.balance.SubsetRules.Fallback;
import io.heddle.traffic.balance.SubsetRules.Options;
import io.heddle.traffic.balance.SubsetRules.Selector;
import io.heddle.traffic.balance.host.BalancingFigure;
import io.heddle.traffic.balance.host.Endpoint.Health;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.balance.host.HostSet;
import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.balance.host.MetadataMatch;
import io.heddle.traffic.balance.host.Spread;
import io.heddle.traffic.balance.host.Surroundings;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What balancers say of their decisions.
class BalancingFiguresTest {
    private static final Localities.ZoneAware ZONES = new Localities.ZoneAware(100, 6, false, Optional.empty(), false);
    private static final int PICKS = 1000;

    private final Picks request = new Picks();
    private final Map<BalancingFigure, Integer> said = new EnumMap<>(BalancingFigure.class);

    private static List<Host> hosts(int inA, Health healthInA, int inB) {
        var hosts = new ArrayList<Host>();
        for (int i = 0; i < inA; i++) {
            hosts.add(host("10.0.0." + i, 1, healthInA, 0, zone("a"), Map.of()));
        }
        for (int i = 0; i < inB; i++) {
            hosts.add(host("10.0.1." + i, 1, Health.HEALTHY, 0, zone("b"), Map.of()));
        }
        return hosts;
    }

    private void pick(Localities localities, Map<Locality, Long> peers, List<Host> hosts) {
        var layers = new Layers(50, localities, Layers.DEFAULT.overridable());
        var around = new Surroundings(zone("a"), peers, peers, () -> 0);
        var balancer = BuiltinBalancers.create(
                new Layered(layers, new RoundRobin()), new HostSet(hosts, Spread.DEFAULT, around, this::hear));
        request.counts(balancer, PICKS);
    }

    private void hear(BalancingFigure figure) {
        said.merge(figure, 1, Integer::sum);
    }

    private int said(BalancingFigure figure) {
        return said.getOrDefault(figure, 0);
    }

    @Test
    void a_panic_is_told_with_each_request() {
        pick(new Localities.Anywhere(), Map.of(), hosts(3, Health.UNHEALTHY, 1));
        assertThat(said).containsExactly(Map.entry(BalancingFigure.PANIC, PICKS));
    }

    @Test
    void without_any_host_there_is_a_panic_too() {
        pick(new Localities.Anywhere(), Map.of(), List.of());
        assertThat(said).containsExactly(Map.entry(BalancingFigure.PANIC, PICKS));
    }

    @Test
    void nothing_is_told_of_hosts_that_are_well_and_of_no_zone() {
        pick(new Localities.Anywhere(), Map.of(), hosts(5, Health.HEALTHY, 5));
        assertThat(said).isEmpty();
    }

    @Test
    void an_own_zone_that_takes_all_is_told() {
        pick(ZONES, Map.of(zone("a"), 1L, zone("b"), 1L), hosts(5, Health.HEALTHY, 5));
        assertThat(said)
                .containsOnly(
                        Map.entry(BalancingFigure.ZONES_RECALCULATED, 1),
                        Map.entry(BalancingFigure.ZONE_ALL_DIRECTLY, PICKS));
    }

    @Test
    void an_own_zone_that_takes_a_share_is_told_with_those_that_take_the_rest() {
        pick(ZONES, Map.of(zone("a"), 1L, zone("b"), 1L), hosts(2, Health.HEALTHY, 8));
        assertThat(said(BalancingFigure.ZONE_SAMPLED) + said(BalancingFigure.ZONE_CROSSED))
                .isEqualTo(PICKS);
        assertThat(said(BalancingFigure.ZONE_SAMPLED)).as("seed " + Picks.SEED).isBetween(350, 450);
        assertThat(said(BalancingFigure.ZONE_NO_CAPACITY)).isZero();
    }

    @Test
    void too_few_hosts_and_no_proxy_in_the_own_zone_are_told() {
        pick(ZONES, Map.of(zone("a"), 1L, zone("b"), 1L), hosts(2, Health.HEALTHY, 2));
        assertThat(said)
                .containsOnly(
                        Map.entry(BalancingFigure.ZONES_RECALCULATED, 1),
                        Map.entry(BalancingFigure.ZONES_TOO_SMALL, 1));
        said.clear();
        pick(ZONES, Map.of(zone("b"), 1L, zone("c"), 1L), hosts(5, Health.HEALTHY, 5));
        assertThat(said)
                .containsOnly(
                        Map.entry(BalancingFigure.ZONES_RECALCULATED, 1),
                        Map.entry(BalancingFigure.LOCAL_CLUSTER_NOT_OK, 1));
    }

    private static LabelValue text(String value) {
        return new LabelValue.Text(value);
    }

    private static Host labelled(String address, Map<String, LabelValue> labels) {
        return host(address, 1, Health.HEALTHY, 0, Locality.UNKNOWN, labels);
    }

    private static SubsetRules rules(Fallback fallback, Options options, String... keys) {
        var selector = new Selector(Set.of(keys), false, Optional.empty(), Set.of());
        return new SubsetRules(fallback, Map.of("stage", text("gone")), List.of(selector), options);
    }

    private void pick(SubsetRules rules, String version) {
        var hosts = List.of(labelled("10.0.0.1", Map.of("version", text("1"))));
        var balancer = BuiltinBalancers.create(
                new Subsets(rules, new RoundRobin()),
                new HostSet(hosts, Spread.DEFAULT, Surroundings.NONE, this::hear));
        request.match = MetadataMatch.of(Map.of("version", text(version)));
        balancer.pick(request);
    }

    @Test
    void a_subset_is_told_and_what_there_is_instead_of_one() {
        var panicking = new Options(false, false, true, false, false, false);
        pick(rules(Fallback.ANY_ENDPOINT, Options.DEFAULT, "version"), "1");
        pick(rules(Fallback.ANY_ENDPOINT, Options.DEFAULT, "version"), "2");
        pick(rules(Fallback.DEFAULT_SUBSET, panicking, "version"), "2");
        pick(rules(Fallback.NO_FALLBACK, Options.DEFAULT, "version"), "2");
        assertThat(said)
                .containsOnly(
                        Map.entry(BalancingFigure.SUBSET_SELECTED, 1),
                        Map.entry(BalancingFigure.SUBSET_FALLBACK, 1),
                        Map.entry(BalancingFigure.SUBSET_FALLBACK_PANIC, 1));
    }

    @Test
    void subsets_are_those_that_hosts_have_all_labels_of() {
        var both = Map.of("version", text("1"), "stage", text("prod"));
        var some = Map.<String, LabelValue>of("version", text("1"));
        var hosts = List.of(labelled("10.0.0.1", both), labelled("10.0.0.2", both), labelled("10.0.0.3", some));
        assertThat(rules(Fallback.NO_FALLBACK, Options.DEFAULT, "version").subsets(hosts))
                .containsExactly(some);
        assertThat(rules(Fallback.NO_FALLBACK, Options.DEFAULT, "version", "stage")
                        .subsets(hosts))
                .containsExactly(both);
    }

    @Test
    void a_label_with_several_values_is_in_the_subset_of_each() {
        var several = Map.<String, LabelValue>of("version", new LabelValue.Items(List.of(text("1"), text("2"))));
        var hosts = List.of(labelled("10.0.0.1", several));
        var listed = new Options(false, false, false, true, false, false);
        assertThat(rules(Fallback.NO_FALLBACK, listed, "version").subsets(hosts))
                .containsExactlyInAnyOrder(Map.of("version", text("1")), Map.of("version", text("2")));
        assertThat(rules(Fallback.NO_FALLBACK, Options.DEFAULT, "version").subsets(hosts))
                .containsExactly(several);
    }
}
