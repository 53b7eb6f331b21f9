package io.heddle.traffic.balance;

import static io.heddle.traffic.balance.Picks.host;
import static io.heddle.traffic.balance.Picks.zone;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.heddle.model.name.Locality;
import io.heddle.traffic.balance.BalancerPolicy.Layered;
import io.heddle.traffic.balance.BalancerPolicy.Layers;
import io.heddle.traffic.balance.BalancerPolicy.Localities;
import io.heddle.traffic.balance.BalancerPolicy.RoundRobin;
import io.heddle.traffic.balance.BalancerPolicy.Subsets;
import io.heddle.traffic.balance.SubsetRules.Fallback;
import io.heddle.traffic.balance.SubsetRules.Options;
import io.heddle.traffic.balance.SubsetRules.Selector;
import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.balance.host.Endpoint.Health;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.balance.host.HostSet;
import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.balance.host.MetadataMatch;
import io.heddle.traffic.balance.host.Spread;
import io.heddle.traffic.balance.host.Surroundings;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.PeerMetadata;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Which subset of a cluster's hosts a request goes to, and where when there is none; and hosts that requests name.
class SubsetBalancerTest {
    private static final Options NONE = Options.DEFAULT;
    private static final Host V1_A = labelled("10.0.0.1", Map.of("version", text("1"), "stage", text("prod")));
    private static final Host V1_B = labelled("10.0.0.2", Map.of("version", text("1"), "stage", text("dev")));
    private static final Host V2 = labelled("10.0.0.3", Map.of("version", text("2"), "stage", text("prod")));
    private static final Host PLAIN = labelled("10.0.0.4", Map.of());
    private static final List<Host> ALL = List.of(V1_A, V1_B, V2, PLAIN);

    private final Picks request = new Picks();

    private static LabelValue text(String value) {
        return new LabelValue.Text(value);
    }

    private static Host labelled(String address, Map<String, LabelValue> labels) {
        return host(address, 1, Health.HEALTHY, 0, Locality.UNKNOWN, labels);
    }

    private static Selector by(String... keys) {
        return new Selector(Set.of(keys), false, Optional.empty(), Set.of());
    }

    private static LoadBalancer balancer(Fallback fallback, Options options, Selector... selectors) {
        var rules = new SubsetRules(fallback, Map.of("stage", text("prod")), List.of(selectors), options);
        return BuiltinBalancers.create(new Subsets(rules, new RoundRobin()), ALL);
    }

    private Set<Host> picked(LoadBalancer balancer, Map<String, LabelValue> wanted) {
        request.match = MetadataMatch.of(wanted);
        return request.counts(balancer, 100).keySet();
    }

    @Test
    void a_request_goes_to_the_hosts_with_its_labels() {
        var balancer = balancer(Fallback.NO_FALLBACK, NONE, by("version"), by("version", "stage"));
        assertThat(picked(balancer, Map.of("version", text("1")))).containsExactlyInAnyOrder(V1_A, V1_B);
        assertThat(picked(balancer, Map.of("version", text("1"), "stage", text("prod"))))
                .containsExactly(V1_A);
    }

    @Test
    void only_balancers_with_tables_are_made_before_a_request_asks_for_them() {
        var hosts = new ArrayList<Host>();
        for (int i = 0; i < 400; i++) {
            hosts.add(labelled("10.0." + i / 200 + "." + i % 200, Map.of("id", text("" + i))));
        }
        var each = new Selector(Set.of("id"), true, Optional.empty(), Set.of());
        var rules = new SubsetRules(Fallback.NO_FALLBACK, Map.of(), List.of(each), NONE);
        var set = HostSet.of(hosts);
        var plain = new SubsetBalancer(rules, new RoundRobin(), set);
        assertThat(plain.made()).isZero();
        assertThat(picked(plain, Map.of("id", text("399")))).containsExactly(hosts.get(399));
        assertThat(plain.made()).isEqualTo(1);
        var maglev = new BalancerPolicy.Maglev(1_009, BalancerPolicy.HashKeys.DEFAULT);
        assertThat(new SubsetBalancer(rules, maglev, set).made()).isEqualTo(256);
    }

    @Test
    void without_a_fallback_a_request_whose_subset_there_is_not_fails() {
        var balancer = balancer(Fallback.NO_FALLBACK, NONE, by("version"));
        assertThat(picked(balancer, Map.of("version", text("3")))).isEmpty();
        assertThat(picked(balancer, Map.of())).isEmpty();
        assertThat(picked(balancer, Map.of("stage", text("prod"))))
                .as("no selector")
                .isEmpty();
    }

    @Test
    void a_fallback_is_any_host_or_the_default_subset() {
        var any = balancer(Fallback.ANY_ENDPOINT, NONE, by("version"));
        assertThat(picked(any, Map.of("version", text("3")))).containsExactlyInAnyOrderElementsOf(ALL);
        var standard = balancer(Fallback.DEFAULT_SUBSET, NONE, by("version"));
        assertThat(picked(standard, Map.of())).containsExactlyInAnyOrder(V1_A, V2);
    }

    @Test
    void a_selector_can_have_a_fallback_of_its_own() {
        var selector = new Selector(Set.of("version"), false, Optional.of(Fallback.ANY_ENDPOINT), Set.of());
        var balancer = balancer(Fallback.NO_FALLBACK, NONE, selector);
        assertThat(picked(balancer, Map.of("version", text("3")))).hasSize(4);
        assertThat(picked(balancer, Map.of())).isEmpty();
    }

    @Test
    void a_selector_can_fall_back_to_fewer_labels() {
        var selector = new Selector(Set.of("version", "stage"), false, Optional.empty(), Set.of("stage"));
        var balancer = balancer(Fallback.NO_FALLBACK, NONE, selector, by("stage"));
        assertThat(picked(balancer, Map.of("version", text("3"), "stage", text("dev"))))
                .containsExactly(V1_B);
    }

    @Test
    void a_subset_can_be_one_host() {
        var selector = new Selector(Set.of("version"), true, Optional.empty(), Set.of());
        var balancer = balancer(Fallback.NO_FALLBACK, NONE, selector);
        assertThat(picked(balancer, Map.of("version", text("1")))).containsExactly(V1_A);
    }

    @Test
    void values_are_compared_with_their_kind_and_lists_can_stand_for_each_value() {
        var number = labelled("10.0.0.1", Map.of("shard", new LabelValue.Numeric(1)));
        var several = labelled(
                "10.0.0.2", Map.of("shard", new LabelValue.Items(List.of(text("1"), new LabelValue.Numeric(1)))));
        var rules = new SubsetRules(Fallback.NO_FALLBACK, Map.of(), List.of(by("shard")), NONE);
        var strict = BuiltinBalancers.create(new Subsets(rules, new RoundRobin()), List.of(number, several));
        assertThat(picked(strict, Map.of("shard", new LabelValue.Numeric(1)))).containsExactly(number);
        assertThat(picked(strict, Map.of("shard", text("1")))).isEmpty();
        var lists = new SubsetRules(
                Fallback.NO_FALLBACK,
                Map.of(),
                List.of(by("shard")),
                new Options(false, false, false, true, false, false));
        var loose = BuiltinBalancers.create(new Subsets(lists, new RoundRobin()), List.of(number, several));
        assertThat(picked(loose, Map.of("shard", new LabelValue.Numeric(1))))
                .containsExactlyInAnyOrder(number, several);
    }

    @Test
    void an_empty_default_subset_can_mean_any_host() {
        var rules = new SubsetRules(
                Fallback.DEFAULT_SUBSET,
                Map.of("stage", text("none")),
                List.of(by("version")),
                new Options(false, false, true, false, false, false));
        var balancer = BuiltinBalancers.create(new Subsets(rules, new RoundRobin()), ALL);
        assertThat(picked(balancer, Map.of("version", text("3")))).hasSize(4);
    }

    @Test
    void more_labels_than_a_selector_has_can_be_allowed() {
        var strict = balancer(Fallback.NO_FALLBACK, NONE, by("version"));
        var wanted = Map.of("version", text("2"), "colour", text("red"));
        assertThat(picked(strict, wanted)).isEmpty();
        var loose = balancer(Fallback.NO_FALLBACK, new Options(false, false, false, false, false, true), by("version"));
        assertThat(picked(loose, wanted)).containsExactly(V2);
    }

    @Test
    void a_request_can_name_others_to_try_in_turn() {
        var balancer =
                balancer(Fallback.NO_FALLBACK, new Options(false, false, false, false, true, false), by("version"));
        var others = new LabelValue.Items(List.of(
                new LabelValue.Fields(Map.of("version", text("3"))),
                new LabelValue.Fields(Map.of("version", text("2")))));
        assertThat(picked(balancer, Map.of("fallback_list", others))).containsExactly(V2);
    }

    @Test
    void weights_of_localities_count_in_subsets_only_when_asked_for() {
        var hosts = new ArrayList<Host>();
        var labels = Map.of("version", text("1"));
        for (int i = 0; i < 4; i++) {
            hosts.add(host("10.0.0." + i, 1, Health.HEALTHY, 0, zone("a"), i < 1 ? labels : Map.of()));
            hosts.add(host("10.1.0." + i, 1, Health.HEALTHY, 0, zone("b"), labels));
        }
        var spread = new Spread(
                140, false, Map.of(new Spread.Place(0, zone("a")), 100, new Spread.Place(0, zone("b")), 100));
        assertThat(shareOfA(hosts, spread, false, false)).isCloseTo(20, within(2.0));
        assertThat(shareOfA(hosts, spread, true, false)).isCloseTo(50, within(2.0));
        assertThat(shareOfA(hosts, spread, true, true)).isCloseTo(20, within(2.0));
    }

    private double shareOfA(List<Host> hosts, Spread spread, boolean aware, boolean scaled) {
        var rules = new SubsetRules(
                Fallback.NO_FALLBACK,
                Map.of(),
                List.of(by("version")),
                new Options(aware, scaled, false, false, false, false));
        var within =
                new Layered(new Layers(50, new Localities.ByWeight(), Layers.DEFAULT.overridable()), new RoundRobin());
        var balancer =
                BuiltinBalancers.create(new Subsets(rules, within), new HostSet(hosts, spread, Surroundings.NONE));
        request.match = MetadataMatch.of(Map.of("version", text("1")));
        var counts = request.counts(balancer, 10_000);
        return counts.entrySet().stream()
                        .filter(entry -> entry.getKey().endpoint().locality().equals(zone("a")))
                        .mapToInt(Map.Entry::getValue)
                        .sum()
                / 100.0;
    }

    @Test
    void a_header_can_name_the_host() {
        var name = HeaderName.of("x-host");
        var hosts = Picks.hosts(4, 0);
        var balancer = BuiltinBalancers.create(new BalancerPolicy.OverrideHost(List.of(name), new RoundRobin()), hosts);
        request.headers.put(name, "10.0.0.2:80, 10.0.0.3:80");
        assertThat(request.counts(balancer, 20)).containsOnlyKeys(hosts.get(2));
        request.tried.add(hosts.get(2));
        assertThat(request.counts(balancer, 20)).containsOnlyKeys(hosts.get(3));
        request.tried.add(hosts.get(3));
        assertThat(request.counts(balancer, 20)).containsOnlyKeys(hosts.get(0), hosts.get(1));
        request.headers.put(name, "10.9.9.9:80");
        request.tried.clear();
        assertThat(request.counts(balancer, 20)).hasSize(4);
    }

    @Test
    void a_named_host_must_be_well_enough() {
        var hosts = Picks.hosts(2, 0);
        var wanted = new RequestedHost("10.0.0.1:80", true);
        var byKey = Map.of("10.0.0.0:80", hosts.get(0), "10.0.0.1:80", hosts.get(1));
        var healths = Layers.DEFAULT.overridable();
        assertThat(wanted.among(byKey, healths, request)).contains(hosts.get(1));
        hosts.get(1).state().eject(Picks.NOW + 1);
        assertThat(wanted.among(byKey, healths, request)).isEmpty();
        assertThat(wanted.among(byKey, Set.of(Health.HEALTHY, Health.UNHEALTHY), request))
                .contains(hosts.get(1));
    }

    @Test
    void a_named_host_of_whose_health_nothing_is_said_is_none_that_is_said_to_be_healthy() {
        var endpoint = new Endpoint("10.0.0.1", 80, 1, Health.UNKNOWN, 0, Map.of(), PeerMetadata.UNKNOWN);
        var host = new Host(endpoint, Picks.hosts(1, 0).getFirst().state());
        var wanted = new RequestedHost("10.0.0.1:80", true);
        assertThat(endpoint.health()).as("for balancing").isEqualTo(Health.HEALTHY);
        assertThat(wanted.among(Map.of("10.0.0.1:80", host), Set.of(Health.HEALTHY), request))
                .isEmpty();
        assertThat(wanted.among(Map.of("10.0.0.1:80", host), Layers.DEFAULT.overridable(), request))
                .contains(host);
    }
}
