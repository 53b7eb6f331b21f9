package io.heddle.traffic.grpc;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/// What became of the calls of one [GrpcMethod]. Any thread; counting allocates nothing.
public final class GrpcFigures {
    /// How many statuses gRPC has, from 0 (OK) to 16 (UNAUTHENTICATED).
    public static final int STATUSES = 17;
    /// Upper bounds of the buckets of times, milliseconds.
    private static final double[] BOUNDS = {
        0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 300000, 600000, 1800000, 3600000
    };

    private final LongAdder begun = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder asked = new LongAdder();
    private final LongAdder answered = new LongAdder();
    private final AtomicLongArray statuses = new AtomicLongArray(STATUSES);
    private final AtomicLongArray times = new AtomicLongArray(BOUNDS.length + 2);

    /// A call has begun.
    public void begun() {
        begun.increment();
    }

    /// A call has ended with `status`, its `grpc-status`, 0 or more. Statuses that gRPC does not have are failures,
    /// too.
    public void ended(int status) {
        if (status < STATUSES) {
            statuses.incrementAndGet(status);
        }
        if (status != 0) {
            failed.increment();
        }
    }

    /// `count` more messages were sent to the service.
    public void asked(long count) {
        asked.add(count);
    }

    /// `count` more messages came from the service.
    public void answered(long count) {
        answered.add(count);
    }

    /// The service took so long for a call.
    public void took(long nanos) {
        double millis = nanos / (double) TimeUnit.MILLISECONDS.toNanos(1);
        int bucket = 0;
        while (bucket < BOUNDS.length && millis > BOUNDS[bucket]) {
            bucket++;
        }
        times.incrementAndGet(bucket);
        times.addAndGet(BOUNDS.length + 1, nanos);
    }

    /// How many calls have begun.
    public long started() {
        return begun.sum();
    }

    /// How many have ended well.
    public long success() {
        return statuses.get(0);
    }

    /// How many have ended otherwise.
    public long failure() {
        return failed.sum();
    }

    /// How many have ended with `status`, 0 to 16.
    public long status(int status) {
        return statuses.get(status);
    }

    /// How many messages were sent to the service.
    public long requestMessages() {
        return asked.sum();
    }

    /// How many came from there.
    public long responseMessages() {
        return answered.sum();
    }

    /// Whether it is known of any call how long it took.
    public boolean isTimed() {
        return times.get(BOUNDS.length + 1) > 0;
    }

    /// Upper bounds of the buckets of [#times], milliseconds.
    public static double[] bounds() {
        return BOUNDS.clone();
    }

    /// How many calls took how long: one number for each of [#bounds], one for those above, and the sum, nanoseconds.
    public long[] times() {
        var copy = new long[times.length()];
        for (int i = 0; i < copy.length; i++) {
            copy[i] = times.get(i);
        }
        return copy;
    }
}
