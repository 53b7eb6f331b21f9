package io.heddle.traffic.ratelimit;

import java.util.concurrent.atomic.AtomicLong;

/// A bucket that tokens drip into evenly and that each request takes one from. It begins full. Any thread,
/// without locks.
///
/// It holds one number: the time at which it would have been empty, had it filled ever since. So nothing
/// has to fill it, and one that nobody asks costs nothing. The time is in seconds, as a `double`, which is
/// exact to some nanoseconds over years.
public final class TokenBucket {
    private static final double NANOS_PER_SECOND = 1e9;
    /// Longer than what is lost by rounding: a full bucket must not lack a part of its last token.
    private static final double ROUNDING = 1e-6;

    private final long most;
    private final double secondsPerToken;
    private final AtomicLong emptyAt = new AtomicLong(Double.doubleToRawLongBits(Double.NEGATIVE_INFINITY));

    /// A full bucket.
    public TokenBucket(LocalLimits.Rate rate) {
        this.most = rate.most();
        this.secondsPerToken = seconds(rate.interval().toNanos()) / rate.added();
    }

    private static double seconds(long nanos) {
        return nanos / NANOS_PER_SECOND;
    }

    /// Takes one token at `now` (`System.nanoTime()`); false when there is none.
    public boolean take(long now) {
        return take(1, now);
    }

    /// Takes `tokens` at `now`, all or none; false when there are fewer.
    public boolean take(long tokens, long now) {
        double time = seconds(now);
        while (true) {
            long before = emptyAt.get();
            double after = emptyAt(before, time) + tokens * secondsPerToken;
            if (after > time + ROUNDING) {
                return false;
            }
            if (emptyAt.compareAndSet(before, Double.doubleToRawLongBits(after))) {
                return true;
            }
        }
    }

    /// Takes as many tokens at `now` as there are, at most `wanted`; how many that was.
    public long takeUpTo(long wanted, long now) {
        double time = seconds(now);
        while (true) {
            long before = emptyAt.get();
            double from = emptyAt(before, time);
            long taken = Math.clamp((long) ((time - from + ROUNDING) / secondsPerToken), 0, wanted);
            if (taken == 0) {
                return 0;
            }
            double after = from + taken * secondsPerToken;
            if (emptyAt.compareAndSet(before, Double.doubleToRawLongBits(after))) {
                return taken;
            }
        }
    }

    private double emptyAt(long bits, double time) {
        return Math.max(Double.longBitsToDouble(bits), time - most * secondsPerToken);
    }

    /// How many tokens it can hold.
    public long most() {
        return most;
    }

    /// How many whole tokens there are.
    public long left(long now) {
        double time = seconds(now);
        double filled = time - emptyAt(emptyAt.get(), time) + ROUNDING;
        return Math.clamp((long) (filled / secondsPerToken), 0, most);
    }

    /// How many seconds, rounded up, until there is a token; 0 when there is one.
    public long secondsToNext(long now) {
        double time = seconds(now);
        double missing = emptyAt(emptyAt.get(), time) + secondsPerToken - time - ROUNDING;
        return (long) Math.max(0, Math.ceil(missing));
    }

    /// Whether it holds all that it can, so that it is as good as a new one.
    boolean isFull(long now) {
        return Double.longBitsToDouble(emptyAt.get()) <= seconds(now) - most * secondsPerToken;
    }
}
