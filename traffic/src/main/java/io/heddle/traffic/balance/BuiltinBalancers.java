package io.heddle.traffic.balance;

import io.heddle.traffic.balance.BalancerPolicy.HashKeys;
import io.heddle.traffic.balance.BalancerPolicy.Layers;
import io.heddle.traffic.balance.BalancerPolicy.Localities;
import io.heddle.traffic.balance.BalancerPolicy.SlowStart;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.balance.host.HostSet;
import io.heddle.traffic.balance.host.Spread;
import io.heddle.traffic.balance.host.WeightRules;
import io.heddle.traffic.layer.RuntimeNumber;
import java.util.List;
import java.util.Optional;

/// Every balancing algorithm and every layer: one line each.
public final class BuiltinBalancers {
    private static final int EVERYTHING = 100_000_000;

    private BuiltinBalancers() {}

    /// A balancer over `hosts` by `policy`, in one priority. Made anew for every change of the hosts; what must
    /// outlive it is in [io.heddle.traffic.balance.host.HostState].
    public static LoadBalancer create(BalancerPolicy policy, List<Host> hosts) {
        return create(policy, HostSet.of(hosts));
    }

    /// A balancer over the hosts of `set` by `policy`.
    public static LoadBalancer create(BalancerPolicy policy, HostSet set) {
        return switch (policy) {
            case BalancerPolicy.Subsets(SubsetRules rules, BalancerPolicy of) -> new SubsetBalancer(rules, of, set);
            case BalancerPolicy.OverrideHost(var headers, BalancerPolicy fallback) ->
                new OverrideBalancer(headers, set, policy.layers().overridable(), create(fallback, set));
            case BalancerPolicy.Layered(Layers layers, BalancerPolicy of) -> layered(of, layers, set);
            case BalancerPolicy.RoundRobin _,
                    BalancerPolicy.LeastRequest _,
                    BalancerPolicy.Random _,
                    BalancerPolicy.PickFirst _,
                    BalancerPolicy.ClientWeighted _,
                    BalancerPolicy.PeakEwma _,
                    BalancerPolicy.RingHash _,
                    BalancerPolicy.Maglev _ -> layered(policy, Layers.DEFAULT, set);
        };
    }

    private static LoadBalancer layered(BalancerPolicy policy, Layers layers, HostSet set) {
        return switch (policy) {
            case BalancerPolicy.Layered _, BalancerPolicy.Subsets _, BalancerPolicy.OverrideHost _ ->
                create(policy, set); // it says itself how its hosts are chosen
            case BalancerPolicy.RoundRobin(Optional<SlowStart> slowStart) ->
                new PriorityBalancer(set, layers, false, hosts -> new Pool(hosts, new RoundRobin(hosts), slowStart));
            case BalancerPolicy.LeastRequest(int choices, RuntimeNumber bias, Optional<SlowStart> slowStart) ->
                new PriorityBalancer(
                        set,
                        layers,
                        false,
                        hosts -> new Pool(hosts, new LeastRequest(hosts, choices, bias), slowStart));
            case BalancerPolicy.Random() ->
                new PriorityBalancer(
                        set, layers, false, hosts -> new Pool(hosts, new RandomChoice(hosts), Optional.empty()));
            case BalancerPolicy.PickFirst(boolean shuffles) ->
                new PriorityBalancer(
                        one(set),
                        one(layers),
                        false,
                        hosts -> new Pool(hosts, new PickFirst(hosts, shuffles), Optional.empty()));
            case BalancerPolicy.ClientWeighted(WeightRules rules, var _, Optional<SlowStart> slowStart) ->
                new PriorityBalancer(
                        set,
                        layers,
                        false,
                        hosts -> new Pool(hosts, new ClientWeightedRoundRobin(hosts, rules), slowStart));
            case BalancerPolicy.PeakEwma peak ->
                new PriorityBalancer(
                        set, layers, false, hosts -> new Pool(hosts, new PeakEwma(hosts, peak), Optional.empty()));
            case BalancerPolicy.RingHash ring ->
                hashed(set, layers, ring.keys(), (hosts, weights) -> new RingHash(hosts, ring, weights));
            case BalancerPolicy.Maglev maglev ->
                hashed(set, layers, maglev.keys(), (hosts, weights) -> new Maglev(hosts, maglev, weights));
        };
    }

    /// The same hosts, of which one that is in service lets its priority take everything.
    private static HostSet one(HostSet set) {
        var spread = set.spread();
        return new HostSet(
                set.hosts(), new Spread(EVERYTHING, false, spread.weights()), set.surroundings(), set.figures());
    }

    /// The same layers, without a locality that is preferred.
    private static Layers one(Layers layers) {
        return layers.localities() instanceof Localities.ZoneAware
                ? new Layers(layers.panicThreshold(), new Localities.Anywhere(), layers.overridable())
                : layers;
    }

    /// Makes a ring or a table.
    private interface Hashing {
        Algorithm of(List<Host> hosts, HashWeights weights);
    }

    /// Localities are not chosen: their weights are in the ring or the table.
    private static LoadBalancer hashed(HostSet set, Layers layers, HashKeys keys, Hashing hashing) {
        boolean byLocality = layers.localities() instanceof Localities.ByWeight;
        return new PriorityBalancer(set, layers, true, hosts -> {
            var weights = HashWeights.of(hosts, set.spread(), byLocality);
            if (weights.nothing()) {
                return new Pool(List.of(), new RandomChoice(List.of()), Optional.empty());
            }
            var algorithm = hashing.of(hosts, weights);
            int percent = keys.balancePercent();
            return new Pool(
                    hosts,
                    percent == 0
                            ? algorithm
                            : new BoundedLoad(
                                    algorithm,
                                    hosts,
                                    weights,
                                    percent,
                                    set.surroundings().active()),
                    Optional.empty());
        });
    }
}
