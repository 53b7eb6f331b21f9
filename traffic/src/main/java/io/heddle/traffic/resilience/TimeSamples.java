package io.heddle.traffic.resilience;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;

/// Times, counted by their magnitude: each stands for those within a sixty-fourth of it, so that a percentile is exact
/// to 1.6 %. Any thread may add; adding takes no lock, and allocates nothing but once a thread: threads count apart, as
/// far as there are not more of them than [#ROWS].
final class TimeSamples {
    private static final int BITS = 6;
    private static final int PARTS = 1 << BITS;

    private static final int ROWS = 16;
    private static final int BUCKETS = PARTS * (Long.SIZE - BITS);

    private final AtomicReferenceArray<AtomicLongArray> rows = new AtomicReferenceArray<>(ROWS);

    /// Adds one of `nanos`.
    void add(long nanos) {
        int row = (int) Thread.currentThread().threadId() & (ROWS - 1);
        var counts = rows.get(row);
        if (counts == null) {
            rows.compareAndSet(row, null, new AtomicLongArray(BUCKETS));
            counts = rows.get(row);
        }
        counts.incrementAndGet(index(Math.max(0, nanos)));
    }

    /// The rows that threads have added to.
    private List<AtomicLongArray> used() {
        var used = new ArrayList<AtomicLongArray>();
        for (int i = 0; i < ROWS; i++) {
            var counts = rows.get(i);
            if (counts != null) {
                used.add(counts);
            }
        }
        return used;
    }

    private static long at(List<AtomicLongArray> used, int bucket) {
        long count = 0;
        for (int i = 0; i < used.size(); i++) {
            count += used.get(i).get(bucket);
        }
        return count;
    }

    /// How many there are.
    long count() {
        var used = used();
        long count = 0;
        for (int i = 0; i < BUCKETS; i++) {
            count += at(used, i);
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
        var used = used();
        long before = 0;
        for (int i = 0; i < BUCKETS; i++) {
            before += at(used, i);
            if (before >= wanted) {
                return Optional.of(value(i));
            }
        }
        return Optional.empty();
    }

    /// Forgets all.
    void clear() {
        for (var counts : used()) {
            for (int i = 0; i < BUCKETS; i++) {
                if (counts.get(i) != 0) {
                    counts.set(i, 0);
                }
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
