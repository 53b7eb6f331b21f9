package io.heddle.traffic.balance;

import io.heddle.traffic.balance.BalancerPolicy.Layered;
import io.heddle.traffic.balance.BalancerPolicy.Layers;
import io.heddle.traffic.balance.BalancerPolicy.Localities;
import io.heddle.traffic.balance.BalancerPolicy.Subsets;
import io.heddle.traffic.balance.SubsetRules.Fallback;
import io.heddle.traffic.balance.SubsetRules.Selector;
import io.heddle.traffic.balance.host.BalancingFigure;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.balance.host.HostSet;
import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.balance.host.MetadataMatch;
import io.heddle.traffic.balance.host.Spread;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Picks within the subset of the hosts that a request asks for: each subset has a balancer of its own, with
/// priorities and localities.
///
/// Where making a balancer takes a while, for it has a table of its own, those of subsets are made with this one, up to
/// a number; else when a request first asks. Hosts are sorted by the labels of a selector once. What becomes of a
/// [MetadataMatch] is found out the
/// first time one comes, and kept: which balancers are asked, one after the other until one has a host. So a pick
/// costs one look-up and what its subset's balancer costs. Matches come
/// from configuration, so they are few; should they become many, what was found out is forgotten and begun anew.
final class SubsetBalancer implements LoadBalancer {
    private static final int MOST_MATCHES = 10_000;
    private static final int MOST_PREPARED = 256;
    private static final String FALLBACK_LIST = "fallback_list";

    private final SubsetRules rules;
    private final BalancerPolicy policy;
    private final HostSet set;
    private final LoadBalancer any;
    private final Map<Map<String, LabelValue>, LoadBalancer> subsets = new ConcurrentHashMap<>();
    private final Map<MetadataMatch, List<Way>> found = new ConcurrentHashMap<>();
    private final Map<Set<String>, Map<Map<String, LabelValue>, List<Host>>> byLabels = new ConcurrentHashMap<>();

    SubsetBalancer(SubsetRules rules, BalancerPolicy policy, HostSet set) {
        this.rules = rules;
        this.policy = rules.options().localityWeights() ? policy : withoutWeights(policy);
        this.set = set;
        this.any = BuiltinBalancers.create(this.policy, set);
        if (hasTable(policy)) {
            prepare();
        }
    }

    private static boolean hasTable(BalancerPolicy policy) {
        return switch (policy.innermost()) {
            case BalancerPolicy.RingHash _, BalancerPolicy.Maglev _ -> true;
            case BalancerPolicy.RoundRobin _,
                    BalancerPolicy.LeastRequest _,
                    BalancerPolicy.Random _,
                    BalancerPolicy.PickFirst _,
                    BalancerPolicy.ClientWeighted _,
                    BalancerPolicy.PeakEwma _ -> false;
            case Layered _, Subsets _, BalancerPolicy.OverrideHost _ -> false; // none is innermost
        };
    }

    /// Makes the balancers of the first [#MOST_PREPARED] subsets that hosts are in, so that no request waits for one.
    private void prepare() {
        for (var selector : rules.selectors()) {
            for (var host : set.hosts()) {
                if (subsets.size() >= MOST_PREPARED) {
                    return;
                }
                prepare(selector, only(host.endpoint().labels(), selector.keys()));
            }
        }
    }

    private void prepare(Selector selector, Map<String, LabelValue> labels) {
        if (labels.size() < selector.keys().size() || subsets.containsKey(labels)) {
            return;
        }
        var found = hosts(labels);
        if (!found.isEmpty()) {
            subset(labels, selector.singleHost() ? found.subList(0, 1) : found);
        }
    }

    /// How many subsets have a balancer now.
    int made() {
        return subsets.size();
    }

    private static BalancerPolicy withoutWeights(BalancerPolicy policy) {
        return policy instanceof Layered(Layers layers, var of) && layers.localities() instanceof Localities.ByWeight
                ? new Layered(new Layers(layers.panicThreshold(), new Localities.Anywhere(), layers.overridable()), of)
                : policy;
    }

    /// Where a request may go.
    ///
    /// @param to among what hosts
    /// @param figure what it is for the request
    private record Way(LoadBalancer to, BalancingFigure figure) {}

    @Override
    public Optional<Host> pick(PickRequest request) {
        var inOrder = ways(request.metadataMatch());
        Optional<Host> picked = Optional.empty();
        for (int i = 0; i < inOrder.size() && picked.isEmpty(); i++) {
            picked = told(inOrder.get(i).to().pick(request), inOrder.get(i), request);
        }
        return picked;
    }

    @Override
    public Optional<Host> pickInService(PickRequest request) {
        var inOrder = ways(request.metadataMatch());
        Optional<Host> picked = Optional.empty();
        for (int i = 0; i < inOrder.size() && picked.isEmpty(); i++) {
            picked = told(inOrder.get(i).to().pickInService(request), inOrder.get(i), request);
        }
        return picked;
    }

    private Optional<Host> told(Optional<Host> picked, Way way, PickRequest request) {
        if (picked.isPresent() && request.counts()) {
            set.figures().accept(way.figure());
        }
        return picked;
    }

    private List<Way> ways(MetadataMatch match) {
        var known = found.get(match);
        if (known != null) {
            return known;
        }
        if (found.size() >= MOST_MATCHES) {
            found.clear();
            subsets.clear();
        }
        var fresh = findOut(match.wanted());
        found.put(match, fresh);
        return fresh;
    }

    private List<Way> findOut(Map<String, LabelValue> wanted) {
        if (!rules.options().fallbackList() || !(wanted.get(FALLBACK_LIST) instanceof LabelValue.Items(var others))) {
            return forOne(wanted);
        }
        var base = new HashMap<>(wanted);
        base.remove(FALLBACK_LIST);
        var inOrder = new ArrayList<Way>();
        for (var other : others) {
            var merged = new HashMap<>(base);
            if (other instanceof LabelValue.Fields(var values)) {
                merged.putAll(values);
            }
            inOrder.addAll(forOne(merged));
        }
        return List.copyOf(inOrder);
    }

    /// The ways for exactly these labels, or those to fall back to.
    private List<Way> forOne(Map<String, LabelValue> wanted) {
        var selector = wanted.isEmpty() ? Optional.<Selector>empty() : selector(wanted.keySet());
        if (selector.isEmpty()) {
            return fallback(rules.fallback());
        }
        var labels = only(wanted, selector.get().keys());
        var hosts = hosts(labels);
        if (!hosts.isEmpty()) {
            var subset = subset(labels, selector.get().singleHost() ? hosts.subList(0, 1) : hosts);
            return List.of(new Way(subset, BalancingFigure.SUBSET_SELECTED));
        }
        var fewer = selector.get().fallbackKeys();
        if (!fewer.isEmpty() && fewer.size() < labels.size()) {
            return forOne(only(labels, fewer));
        }
        return fallback(selector.get().fallback().orElse(rules.fallback()));
    }

    private List<Way> fallback(Fallback to) {
        return switch (to) {
            case NO_FALLBACK -> List.of();
            case ANY_ENDPOINT -> List.of(new Way(any, BalancingFigure.SUBSET_FALLBACK));
            case DEFAULT_SUBSET -> {
                var hosts = hosts(rules.defaultSubset());
                var inOrder = new ArrayList<Way>();
                if (!hosts.isEmpty()) {
                    inOrder.add(new Way(subset(rules.defaultSubset(), hosts), BalancingFigure.SUBSET_FALLBACK));
                }
                if (rules.options().panicAny()) {
                    inOrder.add(new Way(any, BalancingFigure.SUBSET_FALLBACK_PANIC));
                }
                yield List.copyOf(inOrder);
            }
        };
    }

    private Optional<Selector> selector(Set<String> keys) {
        var exact = rules.selectors().stream()
                .filter(selector -> selector.keys().equals(keys))
                .findFirst();
        if (exact.isPresent() || !rules.options().redundantKeys()) {
            return exact;
        }
        return rules.selectors().stream()
                .filter(selector -> keys.containsAll(selector.keys()))
                .max(Comparator.comparingInt(selector -> selector.keys().size()));
    }

    private static Map<String, LabelValue> only(Map<String, LabelValue> labels, Set<String> keys) {
        var some = new HashMap<String, LabelValue>();
        for (var key : keys) {
            var value = labels.get(key);
            if (value != null) {
                some.put(key, value);
            }
        }
        return Map.copyOf(some);
    }

    private List<Host> hosts(Map<String, LabelValue> labels) {
        if (!rules.options().listAsAny()) {
            return byLabels.computeIfAbsent(labels.keySet(), this::sorted).getOrDefault(labels, List.of());
        }
        return set.hosts().stream()
                .filter(host -> fits(host.endpoint().labels(), labels))
                .toList();
    }

    /// The hosts that have all of `keys`, by their values.
    private Map<Map<String, LabelValue>, List<Host>> sorted(Set<String> keys) {
        var sorted = new HashMap<Map<String, LabelValue>, List<Host>>();
        for (var host : set.hosts()) {
            var values = only(host.endpoint().labels(), keys);
            if (values.size() == keys.size()) {
                sorted.computeIfAbsent(values, _ -> new ArrayList<>()).add(host);
            }
        }
        return sorted;
    }

    private boolean fits(Map<String, LabelValue> has, Map<String, LabelValue> wanted) {
        return wanted.entrySet().stream().allMatch(entry -> {
            var value = has.get(entry.getKey());
            return value != null && value.fits(entry.getValue(), rules.options().listAsAny());
        });
    }

    private LoadBalancer subset(Map<String, LabelValue> labels, List<Host> hosts) {
        return subsets.computeIfAbsent(
                labels,
                _ -> BuiltinBalancers.create(
                        policy, new HostSet(hosts, spread(hosts), set.surroundings(), set.figures())));
    }

    /// The cluster's, with the weights of localities as far as they count in a subset.
    private Spread spread(List<Host> hosts) {
        var whole = set.spread();
        if (!rules.options().scaledWeights()) {
            return whole;
        }
        var scaled = new HashMap<Spread.Place, Integer>();
        whole.weights().forEach((place, weight) -> {
            long here = count(hosts, place);
            long all = count(set.hosts(), place);
            if (here > 0 && weight > 0) {
                scaled.put(place, (int) Math.max(1, Math.round((double) weight * here / all)));
            }
        });
        return new Spread(whole.overprovisioning(), whole.byWeight(), scaled);
    }

    private static long count(List<Host> hosts, Spread.Place place) {
        return hosts.stream()
                .filter(host -> host.endpoint().priority() == place.priority()
                        && host.endpoint().locality().equals(place.locality()))
                .count();
    }
}
