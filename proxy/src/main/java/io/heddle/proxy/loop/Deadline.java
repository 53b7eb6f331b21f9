package io.heddle.proxy.loop;

/// A point in time after which something happens unless it is moved or cleared. One object serves its owner for life;
/// moving it later or clearing it is a field write.
public final class Deadline {
    static final long NEVER = Long.MAX_VALUE;

    final Runnable expired;
    long at = NEVER;
    long queuedFor = NEVER;
    int slot = -1;

    /// Runs `expired` on the loop when it passes.
    public Deadline(Runnable expired) {
        this.expired = expired;
    }

    /// Whether it is set.
    public boolean isSet() {
        return at != NEVER;
    }
}
