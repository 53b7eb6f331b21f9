package io.heddle.traffic.resilience;

import java.time.Duration;

/// When a host is taken out of balancing (Envoy's `cluster.v3.OutlierDetection`, the part about local-origin failures).
///
/// @param consecutiveFailures so many connect failures in a row eject it, at least 1
/// @param baseEjection how long the first ejection lasts; the n-th in a row lasts n times as long
/// @param maxEjection the longest ejection
public record OutlierPolicy(int consecutiveFailures, Duration baseEjection, Duration maxEjection) {
    /// Three failures, 2 s, 1 min: short, as a connect failure says little about the time after a restart.
    public static final OutlierPolicy DEFAULT = new OutlierPolicy(3, Duration.ofSeconds(2), Duration.ofMinutes(1));
}
