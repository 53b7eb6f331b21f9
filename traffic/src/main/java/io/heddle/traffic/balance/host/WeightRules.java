package io.heddle.traffic.balance.host;

import java.time.Duration;
import java.util.List;

/// How the weights of hosts follow from what they report of their load (Envoy's `ClientSideWeightedRoundRobin`, gRFC
/// A58).
///
/// @param blackout so long a host must have reported before its weight counts; also after it had expired
/// @param expiration a host that has not reported for so long has no weight any more
/// @param update how often weights are computed anew, 100 ms or more
/// @param errorPenalty how much the share of errors counts as utilization; 0 or more
/// @param metrics which values of a report are looked at where a host does not judge itself
public record WeightRules(
        Duration blackout, Duration expiration, Duration update, double errorPenalty, List<String> metrics) {
    /// Envoy's defaults.
    public static final WeightRules DEFAULT =
            new WeightRules(Duration.ofSeconds(10), Duration.ofMinutes(3), Duration.ofSeconds(1), 1, List.of());

    public WeightRules {
        metrics = List.copyOf(metrics);
    }
}
