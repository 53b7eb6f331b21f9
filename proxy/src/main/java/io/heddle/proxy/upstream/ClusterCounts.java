package io.heddle.proxy.upstream;

import io.heddle.traffic.balance.BalancerPolicy;
import io.heddle.traffic.balance.SubsetRules;
import io.heddle.traffic.balance.host.BalancingFigure;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.balance.host.LabelValue;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/// What became of a cluster's hosts and of choosing among them, since the cluster is there. One object per cluster,
/// kept over configuration updates. Safe on any thread; threads that count at the same time do so apart.
public final class ClusterCounts implements Consumer<BalancingFigure> {
    private final Map<BalancingFigure, LongAdder> balancing = new EnumMap<>(BalancingFigure.class);
    private final LongAdder changes = new LongAdder();
    private final LongAdder subsetsCreated = new LongAdder();
    private final LongAdder subsetsRemoved = new LongAdder();

    /// The subsets now; by the thread that changes clusters.
    private Set<Map<String, LabelValue>> subsets = Set.of();

    ClusterCounts() {
        for (var figure : BalancingFigure.values()) {
            balancing.put(figure, new LongAdder());
        }
    }

    @Override
    public void accept(BalancingFigure figure) {
        adder(figure).increment();
    }

    private LongAdder adder(BalancingFigure figure) {
        var adder = balancing.get(figure);
        if (adder == null) {
            throw new IllegalStateException(figure.stat());
        }
        return adder;
    }

    /// The cluster has `hosts` now, by their keys, balanced by `policy`; it had those of the keys `before`.
    void has(Map<String, Host> hosts, BalancerPolicy policy, Set<String> before) {
        if (!hosts.keySet().equals(before)) {
            changes.increment();
        }
        var now = rules(policy).map(rules -> rules.subsets(hosts.values())).orElse(Set.of());
        subsetsCreated.add(without(now, subsets));
        subsetsRemoved.add(without(subsets, now));
        subsets = now;
    }

    private static Optional<SubsetRules> rules(BalancerPolicy policy) {
        return switch (policy) {
            case BalancerPolicy.Subsets(var rules, var _) -> Optional.of(rules);
            case BalancerPolicy.OverrideHost(var _, var fallback) -> rules(fallback);
            case BalancerPolicy.Layered(var _, var of) -> rules(of);
            case BalancerPolicy.RoundRobin _,
                    BalancerPolicy.LeastRequest _,
                    BalancerPolicy.Random _,
                    BalancerPolicy.PickFirst _,
                    BalancerPolicy.ClientWeighted _,
                    BalancerPolicy.PeakEwma _,
                    BalancerPolicy.RingHash _,
                    BalancerPolicy.Maglev _ -> Optional.empty();
        };
    }

    private static long without(Collection<Map<String, LabelValue>> some, Set<Map<String, LabelValue>> others) {
        return some.stream().filter(subset -> !others.contains(subset)).count();
    }

    /// How often so far.
    public long value(BalancingFigure figure) {
        return adder(figure).sum();
    }

    /// How often its hosts were not the same ones any more.
    public long changes() {
        return changes.sum();
    }

    /// How many subsets have come up.
    public long subsetsCreated() {
        return subsetsCreated.sum();
    }

    /// How many subsets are no more.
    public long subsetsRemoved() {
        return subsetsRemoved.sum();
    }

    /// How many subsets there are.
    public long subsets() {
        return subsetsCreated.sum() - subsetsRemoved.sum();
    }
}
