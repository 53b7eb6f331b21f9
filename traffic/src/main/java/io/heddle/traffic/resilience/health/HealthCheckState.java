package io.heddle.traffic.resilience.health;

import io.heddle.traffic.resilience.health.HealthCheck.Result;
import java.time.Duration;

/// What the checks of one host came to: a state machine as Envoy's. Not thread-safe; times and chance come from
/// outside.
public final class HealthCheckState {
    private final HealthCheck check;
    private boolean first = true;
    private boolean healthy;
    private boolean pending;
    private int row;

    /// One of a host that is `healthy`, or is not known to be.
    public HealthCheckState(HealthCheck check, boolean healthy) {
        this.check = check;
        this.healthy = healthy;
    }

    /// Whether the host is healthy.
    public boolean healthy() {
        return healthy;
    }

    /// What a check changed.
    public enum Change {
        /// Nothing.
        NONE,
        /// The host is healthy from its first check on.
        FIRST_HEALTHY,
        /// The host is healthy now.
        HEALTHY,
        /// The host is unhealthy now.
        UNHEALTHY
    }

    /// A check is over.
    public Change checked(Result result) {
        boolean begins = first;
        first = false;
        boolean well = result == Result.WELL;
        if (well == healthy) {
            row = 0;
            pending = false;
            return Change.NONE;
        }
        row++;
        boolean decides = well
                ? begins || row >= check.healthyThreshold()
                : result == Result.ILL || row >= check.unhealthyThreshold();
        pending = !decides;
        if (!decides) {
            return Change.NONE;
        }
        row = 0;
        healthy = well;
        if (!well) {
            return Change.UNHEALTHY;
        }
        return begins ? Change.FIRST_HEALTHY : Change.HEALTHY;
    }

    /// The host itself said in an answer that it is not to have requests, which counts until checks say otherwise as
    /// often as they must.
    public void refused() {
        healthy = false;
        pending = false;
        first = false;
        row = 0;
    }

    /// How long it is to the next check. `traffic` tells whether the cluster has ever had a request; `chance` is drawn
    /// evenly.
    public Duration next(boolean traffic, long chance) {
        var usual = usual(traffic);
        var jitter = check.intervals().jitter();
        long most = jitter.most().toNanos() + usual.toNanos() / 100 * jitter.percent();
        return usual.plusNanos(Math.unsignedMultiplyHigh(chance, most));
    }

    private Duration usual(boolean traffic) {
        var intervals = check.intervals();
        if (!traffic) {
            return healthy ? intervals.noTrafficHealthy() : intervals.noTraffic();
        }
        if (pending) {
            return healthy ? intervals.unhealthyEdge() : intervals.healthyEdge();
        }
        return healthy ? intervals.usual() : intervals.unhealthy();
    }

    /// How long it is to the first check.
    public Duration begin(long chance) {
        long most = check.intervals().jitter().initial().toNanos();
        return Duration.ofNanos(Math.unsignedMultiplyHigh(chance, most));
    }
}
