package io.heddle.traffic.balance;

import java.util.concurrent.atomic.AtomicInteger;

/// What is going on at an endpoint: one object per cluster and address, kept over configuration updates. Safe on any
/// thread.
public final class HostState {
    private final AtomicInteger active = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicInteger ejections = new AtomicInteger();
    private volatile boolean ejected;
    private volatile long ejectedUntil;

    /// Requests under way.
    public int active() {
        return active.get();
    }

    /// One more request.
    public void begin() {
        active.incrementAndGet();
    }

    /// One request less.
    public void end() {
        active.decrementAndGet();
    }

    /// Whether it is taken out of balancing at `now` (nanoseconds of the monotonic clock).
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
        }
    }

    /// Takes it out of balancing until `until` and starts a new row; returns how many ejections there are now in a row.
    public int eject(long until) {
        failures.set(0);
        ejectedUntil = until;
        ejected = true;
        return ejections.incrementAndGet();
    }
}
