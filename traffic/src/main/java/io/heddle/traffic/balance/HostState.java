package io.heddle.traffic.balance;

import java.util.concurrent.atomic.AtomicInteger;

/// What is going on at an endpoint: one object per cluster and address, kept over configuration updates. Safe on any
/// thread.
public final class HostState {
    private final AtomicInteger active = new AtomicInteger();

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
}
