package io.heddle.traffic.resilience;

/// How much a cluster may have under way at once, as Envoy's `cluster.v3.CircuitBreakers`.
///
/// @param standard for requests of [RoutingPriority#DEFAULT]
/// @param high for those of [RoutingPriority#HIGH]
/// @param connectionsPerHost open connections to one host, in all (`per_host_thresholds`)
public record BreakerLimits(Thresholds standard, Thresholds high, int connectionsPerHost) {
    public static final BreakerLimits DEFAULT =
            new BreakerLimits(Thresholds.DEFAULT, Thresholds.DEFAULT, Integer.MAX_VALUE);

    /// These for requests of [RoutingPriority#DEFAULT], and the default ones else.
    public BreakerLimits(int connections, int pending, int requests, int retries) {
        this(new Thresholds(connections, pending, requests, retries), Thresholds.DEFAULT, Integer.MAX_VALUE);
    }

    /// Those of a priority.
    public Thresholds of(RoutingPriority priority) {
        return switch (priority) {
            case DEFAULT -> standard;
            case HIGH -> high;
        };
    }
}
