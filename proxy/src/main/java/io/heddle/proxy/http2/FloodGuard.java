package io.heddle.proxy.http2;

import java.util.EnumMap;
import java.util.Objects;

/// Counts what can be a [Flood], as buckets of tokens: each holds a burst and fills with time and with useful frames.
/// What data sent allows for comes on top, as the peer may answer one large frame many times.
final class FloodGuard {
    private static final double NANOS = 1e9;
    private static final double KIBIBYTE = 1024;
    private static final double MOST_FOR_DATA = 16_384;

    private final EnumMap<Flood, Bucket> buckets = new EnumMap<>(Flood.class);
    private long useful;
    private long sent;

    FloodGuard(long now) {
        for (var kind : Flood.values()) {
            buckets.put(kind, new Bucket(kind.burst, now));
        }
    }

    private static final class Bucket {
        private double tokens;
        private long filledAt;
        private long usefulThen;
        private long sentThen;

        Bucket(int burst, long now) {
            tokens = burst;
            filledAt = now;
        }
    }

    /// A frame carried data or a head, either way.
    void useful() {
        useful++;
    }

    /// A frame with so many bytes of data went out.
    void sent(int bytes) {
        useful++;
        sent += bytes;
    }

    /// Counts one; whether there are too many now.
    boolean tooMany(Flood kind, long now) {
        var bucket = Objects.requireNonNull(buckets.get(kind));
        double more =
                (now - bucket.filledAt) / NANOS * kind.perSecond + (useful - bucket.usefulThen) * kind.perUsefulFrame;
        double filled = Math.max(bucket.tokens, Math.min(kind.burst, bucket.tokens + more));
        double forData = (sent - bucket.sentThen) / KIBIBYTE * kind.perKibibyteSent;
        bucket.tokens = Math.max(filled, Math.min(MOST_FOR_DATA, filled + forData)) - 1;
        bucket.filledAt = now;
        bucket.usefulThen = useful;
        bucket.sentThen = sent;
        return bucket.tokens < 0;
    }
}
