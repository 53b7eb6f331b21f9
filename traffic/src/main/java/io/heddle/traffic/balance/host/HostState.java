package io.heddle.traffic.balance.host;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// What is going on at an endpoint: one object per cluster and address, kept over configuration updates. Safe on any
/// thread.
public final class HostState {
    private final AtomicInteger active = new AtomicInteger();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicInteger ejections = new AtomicInteger();
    private volatile boolean ejected;
    private volatile long ejectedUntil;
    private volatile boolean failsChecks;
    private volatile boolean leftOut;
    private volatile boolean used;
    private volatile boolean joined;
    private volatile long joinedAt;
    private volatile boolean unreachable;
    private volatile boolean taken;
    private volatile @Nullable ReportedWeight reported;
    private final LatencyAverage latency = new LatencyAverage();
    private volatile @Nullable HealthChanges changes;

    /// Requests under way.
    public int active() {
        return active.get();
    }

    /// One more request.
    public void begin() {
        active.incrementAndGet();
        if (!used) {
            used = true;
        }
    }

    /// Whether it has ever had a request.
    public boolean wasUsed() {
        return used;
    }

    /// One request less.
    public void end() {
        active.decrementAndGet();
    }

    /// Connections open to it, or being opened.
    public int connections() {
        return connections.get();
    }

    /// One more connection.
    public void connect() {
        connections.incrementAndGet();
    }

    /// One connection less.
    public void disconnect() {
        connections.decrementAndGet();
    }

    /// It has come into service at `now` (nanoseconds of the monotonic clock): its slow start begins. As in Envoy it
    /// begins again when active health checks let the host back in, and not when an ejection ends.
    public void join(long now) {
        joinedAt = now;
        joined = true;
    }

    /// For how long it has been in service at `now`, since it joined or health checks last let it in, in nanoseconds;
    /// `Long.MAX_VALUE` when nobody said when it joined.
    public long inServiceFor(long now) {
        return joined ? now - joinedAt : Long.MAX_VALUE;
    }

    /// Whether it is out of balancing at `now` (nanoseconds of the monotonic clock): ejected, or found ill by health
    /// checks.
    public boolean isOut(long now) {
        return failsChecks || isEjected(now);
    }

    /// Whether active health checks have found it ill, or have not found it well yet.
    public boolean failsChecks() {
        return failsChecks;
    }

    /// Active health checks have found it well at `now` (nanoseconds of the monotonic clock).
    public void passCheck(long now) {
        if (failsChecks) {
            join(now);
        }
        checked(true);
    }

    /// Active health checks have found it ill.
    public void failCheck() {
        checked(false);
    }

    private void checked(boolean healthy) {
        if (failsChecks == healthy || leftOut) {
            failsChecks = !healthy;
            leftOut = false;
            changed();
        }
    }

    /// Active health checks are about to find out for the first time whether it is well; until then it is ill,
    /// or is left out where it is counted how many hosts are well.
    public void awaitCheck(boolean left) {
        failsChecks = true;
        leftOut = left;
        changed();
    }

    /// Whether it does not count as long as it was not checked.
    public boolean isLeftOut() {
        return leftOut;
    }

    /// Whether the last connection to it could be made, as far as is known.
    public boolean isReachable() {
        return !unreachable;
    }

    /// A connection to it could be made, or could not.
    public void reached(boolean well) {
        if (unreachable == well) {
            unreachable = !well;
        }
    }

    /// Whether [io.heddle.traffic.balance.PickFirst] goes there.
    public boolean isTaken() {
        return taken;
    }

    /// [io.heddle.traffic.balance.PickFirst] goes there now, or does not any more.
    public void take(boolean now) {
        taken = now;
    }

    /// It has said at `now` how busy it is; a report that says too little for a weight changes nothing.
    public void report(LoadReport report, WeightRules rules, long now) {
        double weight = report.weight(rules);
        if (weight > 0) {
            var before = reported;
            long since = before == null || before.isExpired(now, rules) ? now : before.since();
            reported = new ReportedWeight(weight, since, now);
        }
    }

    /// The weight that its reports mean at `now`; 0 without one that counts.
    public double reportedWeight(long now, WeightRules rules) {
        var found = reported;
        return found == null ? 0 : found.at(now, rules);
    }

    /// An answer took `nanos` nanoseconds, seen at `now`; the average of its latency forgets within about `decay`.
    public void took(long nanos, long now, Duration decay) {
        latency.observe(nanos, now, decay.toNanos());
    }

    /// How long its answers take, in nanoseconds; `unknown` before the first.
    public double latency(long now, long decay, double unknown) {
        return latency.at(now, decay, unknown);
    }

    /// Whether it is ejected at `now` (nanoseconds of the monotonic clock).
    public boolean isEjected(long now) {
        return ejected && ejectedUntil - now > 0;
    }

    /// When the running or last ejection ends, in nanoseconds of the monotonic clock; meaningless before the first.
    public long ejectedUntil() {
        return ejectedUntil;
    }

    /// How often it was ejected without a success in between.
    public int ejections() {
        return ejections.get();
    }

    /// Failures in a row.
    public int consecutiveFailures() {
        return failures.get();
    }

    /// One more failure; returns how many there are now in a row.
    public int fail() {
        return failures.incrementAndGet();
    }

    /// A success: ends the row of failures and any ejection.
    public void succeed() {
        if (failures.get() != 0) {
            failures.set(0);
        }
        if (ejected) {
            ejected = false;
            ejections.set(0);
            changed();
        }
    }

    /// Takes it out of balancing until `until` and starts a new row; returns how many ejections there are now in a
    /// row.
    public int eject(long until) {
        failures.set(0);
        ejectedUntil = until;
        ejected = true;
        changed();
        return ejections.incrementAndGet();
    }

    /// Whether it was ejected and neither a success nor [#readmit] has ended that, though its time may be over.
    public boolean wasEjected() {
        return ejected;
    }

    /// Ends the ejection, which still counts among those in a row; false when there is none.
    public boolean readmit() {
        if (!ejected) {
            return false;
        }
        ejected = false;
        changed();
        return true;
    }

    /// One ejection less in a row; nothing where there is none.
    public void forgive() {
        if (ejections.get() > 0) {
            ejections.decrementAndGet();
        }
    }

    private void changed() {
        var listening = changes;
        if (listening != null) {
            listening.happened();
        }
    }

    Optional<HealthChanges> changes() {
        return Optional.ofNullable(changes);
    }

    void tell(HealthChanges counter) {
        changes = counter;
    }
}
