package io.heddle.control.ratelimit;

import java.util.concurrent.atomic.LongAdder;

/// What is counted for a rule, as Envoy's rate limit service counts it: a request of several hits may be in
/// part near the limit and in part beyond it. Any thread.
final class LimitCounts {
    private static final float NEAR = 0.8f;

    private final LongAdder hits = new LongAdder();
    private final LongAdder within = new LongAdder();
    private final LongAdder near = new LongAdder();
    private final LongAdder over = new LongAdder();
    private final LongAdder shadow = new LongAdder();

    /// A request of `amount` hits, with which there are `after` in this window.
    void count(long amount, long after, long limit, boolean shadowed) {
        hits.add(amount);
        long before = after - amount;
        long most = (long) Math.floor(limit * NEAR);
        if (after <= limit) {
            within.add(amount);
            near.add(Math.max(0, after - Math.max(most, before)));
            return;
        }
        long beyond = after - Math.max(limit, before);
        over.add(beyond);
        near.add(Math.max(0, limit - Math.max(most, before)));
        if (shadowed) {
            shadow.add(beyond);
        }
    }

    SharedLimits.Figures figures() {
        return new SharedLimits.Figures(hits.sum(), within.sum(), near.sum(), over.sum(), shadow.sum());
    }
}
