package io.heddle.traffic.balance.host;

import java.util.concurrent.atomic.AtomicLong;

/// How long a host takes to answer: an average that goes up to a peak at once and comes down slowly (peak-EWMA, after
/// Finagle's balancer). Safe on any thread; allocates nothing.
///
/// One atomic word holds both the average, as a float, and when it was last moved, in units of some 65 µs. The
/// average fades as time passes without an answer, so that a host which was slow once is asked again.
final class LatencyAverage {
    private static final int UNIT = 16; // of time: 2^16 ns
    private static final long UNKNOWN = 0;
    private static final double FORGOTTEN = 40; // e^-40 of a day is less than a nanosecond
    private static final int TOLERATED = 1 << 14; // a second

    private final AtomicLong word = new AtomicLong(UNKNOWN);

    /// An answer took `nanos`, seen at `now`; the average forgets within about `decay` nanoseconds.
    void observe(long nanos, long now, long decay) {
        float latency = (float) Math.max(1, nanos);
        while (true) {
            long before = word.get();
            float average = average(before);
            float kept = (float) fade(age(before, now), decay);
            float moved = average <= latency ? latency : average * kept + latency * (1 - kept);
            long after = ((now >> UNIT) & 0xffff_ffffL) << Integer.SIZE | Float.floatToRawIntBits(moved);
            if (word.compareAndSet(before, after)) {
                return;
            }
        }
    }

    /// The average at `now`, in nanoseconds; `unknown` before the first answer.
    double at(long now, long decay, double unknown) {
        long current = word.get();
        if (current == UNKNOWN) {
            return unknown;
        }
        long age = age(current, now);
        float average = average(current);
        return age == 0 ? average : average * fade(age, decay);
    }

    /// What is left of an average after `age`: e to the power of minus its share of the decay. Small shares, which
    /// are the usual ones, by the first terms of the series: 1/48,000 off at most. Nothing is left in the end.
    private static double fade(long age, long decay) {
        double share = age / (double) decay;
        if (share < 0.05) {
            return 1 - share + share * share / 2;
        }
        return share > FORGOTTEN ? 0 : Math.exp(-share);
    }

    private static float average(long word) {
        return Float.intBitsToFloat((int) word);
    }

    /// How long ago it was last moved. Other loops may be a little ahead; what seems to lie far ahead is very old.
    private static long age(long word, long now) {
        int units = (int) (now >> UNIT) - (int) (word >>> Integer.SIZE);
        if (units >= 0) {
            return (long) units << UNIT;
        }
        return -units < TOLERATED ? 0 : Long.MAX_VALUE;
    }
}
