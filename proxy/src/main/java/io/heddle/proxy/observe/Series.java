package io.heddle.proxy.observe;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The counters of one set of labels on one event loop: only that loop writes, anyone reads.
final class Series {
    /// Upper bounds of the duration buckets, milliseconds.
    static final double[] MILLISECONDS = {
        0.5, 1, 1.5, 2, 3, 4, 5, 7.5, 10, 15, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000
    };
    /// Upper bounds of the size buckets, bytes.
    static final double[] BYTES = {64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 10485760, 104857600};

    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
    private static final long[] NANOS = nanos();

    private final List<String> labels;
    private final long[] durations = new long[MILLISECONDS.length + 2];
    private final long[] requestBytes = new long[BYTES.length + 2];
    private final long[] responseBytes = new long[BYTES.length + 2];
    private volatile long lastUsed;
    private volatile boolean expired;

    Series(List<String> labels) {
        this.labels = List.copyOf(labels);
    }

    List<String> labels() {
        return labels;
    }

    /// Counts one request that ended at `now` and took `nanos`.
    void count(long nanos, long received, long sent, long now) {
        increment(durations, durationBucket(nanos));
        add(durations, durations.length - 1, nanos);
        increment(requestBytes, sizeBucket(received));
        add(requestBytes, requestBytes.length - 1, received);
        increment(responseBytes, sizeBucket(sent));
        add(responseBytes, responseBytes.length - 1, sent);
        lastUsed = now;
    }

    /// Adds what was counted here to `total`.
    void addTo(Totals total) {
        copy(durations, total.durations());
        copy(requestBytes, total.requestBytes());
        copy(responseBytes, total.responseBytes());
    }

    long lastUsed() {
        return lastUsed;
    }

    boolean isExpired() {
        return expired;
    }

    void expire() {
        expired = true;
    }

    /// The sum over all loops: the counts of each bucket, of those above all bounds, and last the sum of values.
    static final class Totals {
        private final long[] durations = new long[MILLISECONDS.length + 2];
        private final long[] requestBytes = new long[BYTES.length + 2];
        private final long[] responseBytes = new long[BYTES.length + 2];

        long[] durations() {
            return durations;
        }

        long[] requestBytes() {
            return requestBytes;
        }

        long[] responseBytes() {
            return responseBytes;
        }
    }

    private static void copy(long[] from, long[] to) {
        for (int i = 0; i < from.length; i++) {
            to[i] += (long) CELL.getOpaque(from, i);
        }
    }

    private static void increment(long[] cells, int index) {
        add(cells, index, 1);
    }

    private static void add(long[] cells, int index, long amount) {
        CELL.setOpaque(cells, index, cells[index] + amount);
    }

    /// The place of a duration among [#MILLISECONDS]; their number for one above all.
    static int durationBucket(long nanos) {
        int index = 0;
        while (index < NANOS.length && nanos > NANOS[index]) {
            index++;
        }
        return index;
    }

    private static int sizeBucket(long value) {
        int index = 0;
        while (index < BYTES.length && value > BYTES[index]) {
            index++;
        }
        return index;
    }

    private static long[] nanos() {
        var bounds = new long[MILLISECONDS.length];
        for (int i = 0; i < bounds.length; i++) {
            bounds[i] = (long) (MILLISECONDS[i] * TimeUnit.MILLISECONDS.toNanos(1));
        }
        return bounds;
    }
}
