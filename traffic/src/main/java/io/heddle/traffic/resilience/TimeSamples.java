package io.heddle.traffic.resilience;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLongArray;

/// Times, counted by their magnitude: each stands for those within a sixty-fourth of it, so that a percentile is exact
/// to 1.6 %. Any thread may add; adding allocates nothing and takes no lock.
final class TimeSamples {
    private static final int BITS = 6;
    private static final int PARTS = 1 << BITS;

    private final AtomicLongArray counts = new AtomicLongArray(PARTS * (Long.SIZE - BITS));

    /// Adds one of `nanos`.
    void add(long nanos) {
        counts.incrementAndGet(index(Math.max(0, nanos)));
    }

    /// How many there are.
    long count() {
        long count = 0;
        for (int i = 0; i < counts.length(); i++) {
            count += counts.get(i);
        }
        return count;
    }

    /// The time that `percent` of all do not exceed; empty where there are none.
    Optional<Long> percentile(double percent) {
        long all = count();
        if (all == 0) {
            return Optional.empty();
        }
        long wanted = Math.max(1, (long) Math.ceil(all * percent / 100));
        long before = 0;
        for (int i = 0; i < counts.length(); i++) {
            before += counts.get(i);
            if (before >= wanted) {
                return Optional.of(value(i));
            }
        }
        return Optional.empty();
    }

    /// Forgets all.
    void clear() {
        for (int i = 0; i < counts.length(); i++) {
            if (counts.get(i) != 0) {
                counts.set(i, 0);
            }
        }
    }

    private static int index(long nanos) {
        int shift = Math.max(0, Long.SIZE - BITS - 1 - Long.numberOfLeadingZeros(nanos));
        return shift * PARTS + (int) (nanos >>> shift);
    }

    private static long value(int index) {
        int shift = Math.max(0, index / PARTS - 1);
        return (long) (index - shift * PARTS) << shift;
    }
}
