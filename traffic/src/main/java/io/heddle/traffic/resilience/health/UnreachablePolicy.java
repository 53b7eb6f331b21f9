package io.heddle.traffic.resilience.health;

import java.time.Duration;

/// When a host to which connections fail is taken out of balancing, in a cluster that says nothing of outliers.
///
/// @param consecutiveFailures so many connect failures in a row eject it, at least 1
/// @param baseEjection how long the first ejection lasts; the n-th in a row lasts n times as long
/// @param maxEjection the longest ejection
public record UnreachablePolicy(int consecutiveFailures, Duration baseEjection, Duration maxEjection) {
    /// Three failures, 2 s, 1 min: short, as a connect failure says little about the time after a restart.
    public static final UnreachablePolicy DEFAULT =
            new UnreachablePolicy(3, Duration.ofSeconds(2), Duration.ofMinutes(1));
}
