package io.heddle.proxy.observe;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// How many requests of a connection manager ended with one status, and in what else they count, on one event loop:
/// only that loop writes, anyone reads.
final class DownstreamCount {
    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
    private static final RequestFigure[] FIGURES = RequestFigure.values();

    private final StatusCount byStatus = new StatusCount();
    private final long[] cells = new long[FIGURES.length];

    /// One more finished request.
    void count(RequestTimeline timeline) {
        byStatus.count(timeline.attempts);
        for (int bits = RequestFigure.of(timeline); bits != 0; bits &= bits - 1) {
            int place = Integer.numberOfTrailingZeros(bits);
            CELL.setOpaque(cells, place, cells[place] + 1);
        }
    }

    /// The requests of its status, as they are now.
    StatusCount.Total total() {
        return byStatus.total();
    }

    /// Adds what was counted to `sums`, which has a place for each figure.
    void addTo(long[] sums) {
        for (int i = 0; i < cells.length; i++) {
            sums[i] += (long) CELL.getOpaque(cells, i);
        }
    }
}
