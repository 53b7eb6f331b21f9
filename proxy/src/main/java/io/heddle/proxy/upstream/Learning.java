package io.heddle.proxy.upstream;

import io.heddle.traffic.balance.BalancerPolicy;
import io.heddle.traffic.balance.host.WeightRules;
import java.time.Duration;
import java.util.Optional;

/// What a cluster's balancer wants to know of the answers of its hosts.
///
/// @param reports how what they say of their load with an answer becomes a weight; empty where it does not count
/// @param latency within what time the average of their latencies forgets; empty where latency does not count
public record Learning(Optional<WeightRules> reports, Optional<Duration> latency) {
    /// Nothing.
    static final Learning NOTHING = new Learning(Optional.empty(), Optional.empty());

    static Learning of(BalancerPolicy policy) {
        return switch (policy.innermost()) {
            case BalancerPolicy.ClientWeighted weighted
            when weighted.asksEvery().isEmpty() -> new Learning(Optional.of(weighted.rules()), Optional.empty());
            case BalancerPolicy.PeakEwma peak -> new Learning(Optional.empty(), Optional.of(peak.decay()));
            default -> NOTHING;
        };
    }
}
