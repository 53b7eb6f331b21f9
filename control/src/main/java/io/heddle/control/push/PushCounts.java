package io.heddle.control.push;

import io.heddle.xds.resource.ResourceType;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/// What was pushed and refused so far, and how long proxies took. Thread-safe.
public final class PushCounts {
    /// Upper bounds of the convergence histogram in seconds, those of Istio's pilot.
    public static final List<Double> BOUNDS = List.of(0.1, 0.5, 1.0, 3.0, 5.0, 10.0, 20.0, 30.0);

    private final Map<ResourceType, LongAdder> acknowledgements = new ConcurrentSkipListMap<>();
    private final Map<ResourceType, LongAdder> rejects = new ConcurrentSkipListMap<>();
    private final long[] buckets = new long[BOUNDS.size() + 1];
    private double sumSeconds;

    PushCounts() {
        for (var type : ResourceType.values()) {
            acknowledgements.put(type, new LongAdder());
            rejects.put(type, new LongAdder());
        }
    }

    /// What is known now.
    ///
    /// @param pushes answered responses by type
    /// @param rejects refused responses by type
    /// @param buckets convergence times, cumulative, one more than [#BOUNDS]
    /// @param sumSeconds the sum of the convergence times
    public record Figures(
            Map<ResourceType, Long> pushes, Map<ResourceType, Long> rejects, List<Long> buckets, double sumSeconds) {}

    void acknowledged(ResourceType type) {
        count(acknowledgements, type);
    }

    void rejected(ResourceType type) {
        count(acknowledgements, type);
        count(rejects, type);
    }

    private static void count(Map<ResourceType, LongAdder> counts, ResourceType type) {
        counts.computeIfAbsent(type, _ -> new LongAdder()).increment();
    }

    synchronized void converged(long nanos) {
        double seconds = nanos / (double) TimeUnit.SECONDS.toNanos(1);
        sumSeconds += seconds;
        for (int i = 0; i < buckets.length; i++) {
            if (i == BOUNDS.size() || seconds <= BOUNDS.get(i)) {
                buckets[i]++;
            }
        }
    }

    /// Everything counted so far.
    public synchronized Figures figures() {
        return new Figures(
                sums(acknowledgements),
                sums(rejects),
                Arrays.stream(buckets).boxed().toList(),
                sumSeconds);
    }

    private static Map<ResourceType, Long> sums(Map<ResourceType, LongAdder> counts) {
        var sums = new EnumMap<ResourceType, Long>(ResourceType.class);
        counts.forEach((type, count) -> sums.put(type, count.sum()));
        return sums;
    }
}
