package io.heddle.proxy.http2;

/// Counts what can be a [Flood], as buckets of tokens: each holds a burst and fills with time and with useful frames.
final class FloodGuard {
    private static final Flood[] KINDS = Flood.values();
    private static final double NANOS = 1e9;

    private final double[] tokens = new double[KINDS.length];
    private final long[] filledAt = new long[KINDS.length];
    private final long[] usefulThen = new long[KINDS.length];
    private long useful;

    FloodGuard(long now) {
        for (var kind : KINDS) {
            tokens[kind.ordinal()] = kind.burst;
            filledAt[kind.ordinal()] = now;
        }
    }

    /// A frame carried data or a head, either way.
    void useful() {
        useful++;
    }

    /// Counts one; whether there are too many now.
    boolean tooMany(Flood kind, long now) {
        int at = kind.ordinal();
        double more = (now - filledAt[at]) / NANOS * kind.perSecond + (useful - usefulThen[at]) * kind.perUsefulFrame;
        double left = Math.min(kind.burst, tokens[at] + more) - 1;
        tokens[at] = left;
        filledAt[at] = now;
        usefulThen[at] = useful;
        return left < 0;
    }
}
