package io.heddle.traffic.ratelimit;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// Where a proxy keeps the buckets of its [LocalLimits], beside its configurations: a new configuration, of which there
/// is one whenever an endpoint comes or goes, must not fill them. Any thread.
///
/// Full buckets are as good as new ones and are dropped when there are many.
public final class LimitBuckets {
    private static final int FEW = 1000;

    private final Map<LocalLimits, TokenBuckets> buckets = new ConcurrentHashMap<>();
    private final AtomicInteger most = new AtomicInteger(FEW);

    /// The buckets of `limits`.
    ///
    /// @param now `System.nanoTime()`
    public TokenBuckets of(LocalLimits limits, long now) {
        var found = buckets.get(limits);
        return found == null ? add(limits, now) : found;
    }

    private TokenBuckets add(LocalLimits limits, long now) {
        if (buckets.size() >= most.get()) {
            buckets.values().removeIf(kept -> kept.isFull(now));
            most.set(Math.max(FEW, 2 * buckets.size()));
        }
        return buckets.computeIfAbsent(limits, TokenBuckets::new);
    }

    /// How many places have buckets.
    int size() {
        return buckets.size();
    }
}
