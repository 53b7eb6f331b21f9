package io.heddle.proxy.http2;

import java.util.EnumMap;
import java.util.Objects;

/// Counts what can be a [Flood], as buckets of tokens: each holds a burst and fills with time and with useful frames.
final class FloodGuard {
    private static final double NANOS = 1e9;

    private final EnumMap<Flood, Bucket> buckets = new EnumMap<>(Flood.class);
    private long useful;

    FloodGuard(long now) {
        for (var kind : Flood.values()) {
            buckets.put(kind, new Bucket(kind.burst, now));
        }
    }

    private static final class Bucket {
        private double tokens;
        private long filledAt;
        private long usefulThen;

        Bucket(int burst, long now) {
            tokens = burst;
            filledAt = now;
        }
    }

    /// A frame carried data or a head, either way.
    void useful() {
        useful++;
    }

    /// Counts one; whether there are too many now.
    boolean tooMany(Flood kind, long now) {
        var bucket = Objects.requireNonNull(buckets.get(kind));
        double more =
                (now - bucket.filledAt) / NANOS * kind.perSecond + (useful - bucket.usefulThen) * kind.perUsefulFrame;
        bucket.tokens = Math.min(kind.burst, bucket.tokens + more) - 1;
        bucket.filledAt = now;
        bucket.usefulThen = useful;
        return bucket.tokens < 0;
    }
}
