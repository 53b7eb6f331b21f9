package io.heddle.demo;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/// What a load run has counted so far. Safe for use by many threads.
///
/// Durations go into buckets of 1/8 of a power of two of microseconds, so a percentile is right within 9 %.
final class LoadFigures {
    private static final int PARTS = 8;
    private static final int BUCKETS = 40 * PARTS;
    private static final int KINDS_OF_ERRORS = 20;

    private final LongAdder sent = new LongAdder();
    private final LongAdder good = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicLongArray durations = new AtomicLongArray(BUCKETS);
    private final Map<String, AtomicLong> errors = new ConcurrentHashMap<>();
    private final Map<String, AtomicLong> versions = new ConcurrentHashMap<>();

    /// A request leaves.
    void sent() {
        sent.increment();
        waiting.incrementAndGet();
    }

    /// Its right answer came from this catalog version; empty for an answer that shows none.
    void answered(String version, long nanos) {
        good.increment();
        durations.incrementAndGet(bucket(nanos / 1_000));
        if (!version.isEmpty()) {
            versions.computeIfAbsent(version, _ -> new AtomicLong()).incrementAndGet();
        }
        waiting.decrementAndGet();
    }

    /// It did not get its application's right answer.
    void lost(String why) {
        lost.increment();
        if (errors.size() < KINDS_OF_ERRORS || errors.containsKey(why)) {
            errors.computeIfAbsent(why, _ -> new AtomicLong()).incrementAndGet();
        }
        waiting.decrementAndGet();
    }

    /// How many requests are under way.
    int waiting() {
        return waiting.get();
    }

    /// All figures as JSON fields.
    Map<String, Object> fields() {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("sent", sent.sum());
        fields.put("ok", good.sum());
        fields.put("lost", lost.sum());
        fields.put("waiting", waiting.get());
        fields.put("p50_ms", percentile(0.50));
        fields.put("p99_ms", percentile(0.99));
        fields.put("versions", plain(versions));
        fields.put("errors", plain(errors));
        return fields;
    }

    private static Map<String, Object> plain(Map<String, AtomicLong> counts) {
        var sorted = new java.util.TreeMap<String, Object>();
        counts.forEach((name, count) -> sorted.put(name, count.get()));
        return sorted;
    }

    private double percentile(double share) {
        long all = 0;
        for (int i = 0; i < BUCKETS; i++) {
            all += durations.get(i);
        }
        long wanted = (long) Math.ceil((double) all * share);
        long seen = 0;
        for (int i = 0; i < BUCKETS && all > 0; i++) {
            seen += durations.get(i);
            if (seen >= wanted) {
                return Math.round(Math.pow(2, (i + 1.0) / PARTS)) / 1_000.0;
            }
        }
        return 0;
    }

    private static int bucket(long micros) {
        return (int) Math.min(BUCKETS - 1, Math.log((double) Math.max(1, micros)) / Math.log(2) * PARTS);
    }
}
