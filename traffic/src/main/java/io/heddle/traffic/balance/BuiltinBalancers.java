package io.heddle.traffic.balance;

import java.util.List;

/// Every balancing algorithm: one line each.
public final class BuiltinBalancers {
    private BuiltinBalancers() {}

    /// A balancer over `hosts` by `policy`. Made anew for every change of the hosts; what must outlive it is in
    /// [HostState].
    public static LoadBalancer create(BalancerPolicy policy, List<Host> hosts) {
        return new TieredBalancer(hosts, tier -> algorithm(policy, tier));
    }

    private static Algorithm algorithm(BalancerPolicy policy, List<Host> tier) {
        return switch (policy) {
            case BalancerPolicy.RoundRobin() -> new RoundRobin(tier);
            case BalancerPolicy.LeastRequest(int choices) -> new LeastRequest(tier, choices);
            case BalancerPolicy.Random() -> new RandomChoice(tier);
        };
    }
}
