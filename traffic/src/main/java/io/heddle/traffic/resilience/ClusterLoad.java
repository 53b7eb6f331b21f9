package io.heddle.traffic.resilience;

import io.heddle.traffic.resilience.retry.RetryCounts;

/// What a cluster has under way, by priority, and what became of its retries and connections. One object per cluster,
/// kept over configuration updates. Safe on any thread.
public final class ClusterLoad {
    private final CircuitBreaker standard;
    private final CircuitBreaker high;
    private final RetryCounts retries = new RetryCounts();
    private final ConnectionCounts connections = new ConnectionCounts();
    private volatile int connectionsPerHost;

    /// Nothing under way, and at most `limits`.
    public ClusterLoad(BreakerLimits limits) {
        this.standard = new CircuitBreaker(limits.standard());
        this.high = new CircuitBreaker(limits.high());
        this.connectionsPerHost = limits.connectionsPerHost();
    }

    /// Other limits from now on; what is under way stays counted.
    public void limit(BreakerLimits next) {
        standard.limit(next.standard());
        high.limit(next.high());
        connectionsPerHost = next.connectionsPerHost();
    }

    /// The breaker for requests of `priority`.
    public CircuitBreaker breaker(RoutingPriority priority) {
        return switch (priority) {
            case DEFAULT -> standard;
            case HIGH -> high;
        };
    }

    /// How many connections to one host there may be.
    public int connectionsPerHost() {
        return connectionsPerHost;
    }

    /// What became of connections.
    public ConnectionCounts connections() {
        return connections;
    }

    /// What became of retries.
    public RetryCounts retries() {
        return retries;
    }
}
