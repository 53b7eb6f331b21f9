package io.heddle.proxy.observe;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// How many requests ended with one status, and how many tries they took, on one event loop: only that loop writes,
/// anyone reads.
final class StatusCount {
    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] cells = new long[2];

    /// What was counted, over all loops.
    ///
    /// @param requests finished requests
    /// @param tries their tries at hosts
    record Total(long requests, long tries) {
        Total plus(Total other) {
            return new Total(requests + other.requests, tries + other.tries);
        }
    }

    /// One more request.
    void count(int tries) {
        CELL.setOpaque(cells, 0, cells[0] + 1);
        CELL.setOpaque(cells, 1, cells[1] + tries);
    }

    /// As it is now.
    Total total() {
        return new Total((long) CELL.getOpaque(cells, 0), (long) CELL.getOpaque(cells, 1));
    }
}
