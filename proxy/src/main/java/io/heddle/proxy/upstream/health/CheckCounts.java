package io.heddle.proxy.upstream.health;

import java.util.concurrent.atomic.LongAdder;

/// What active health checks of one cluster came to, as Envoy names it. Safe on any thread.
///
/// @param attempt checks that began
/// @param success those that found the host well
/// @param failure all others that are over
/// @param network of the failures, those in which the host was not reached or said nothing in time
public record CheckCounts(LongAdder attempt, LongAdder success, LongAdder failure, LongAdder network) {
    /// None yet.
    public CheckCounts() {
        this(new LongAdder(), new LongAdder(), new LongAdder(), new LongAdder());
    }
}
