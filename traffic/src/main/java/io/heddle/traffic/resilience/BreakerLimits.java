package io.heddle.traffic.resilience;

/// How much a cluster may have under way at once, as Envoy's `cluster.v3.CircuitBreakers.Thresholds` (1024, 1024, 1024,
/// 3 there when not given).
///
/// @param connections open connections
/// @param pending requests waiting for a connection
/// @param requests requests under way
/// @param retries retries under way
public record BreakerLimits(int connections, int pending, int requests, int retries) {
    public static final BreakerLimits DEFAULT = new BreakerLimits(1024, 1024, 1024, 3);
}
