package io.heddle.proxy.observe;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/// A bounded queue of log lines from any number of event loops to one writer, in slots that are used again and again
/// (Dmitry Vyukov's bounded queue). Nobody ever waits: a full ring refuses.
final class LogRing {
    private final LogLine[] lines;
    private final AtomicLongArray turns;
    private final AtomicLong tail = new AtomicLong();
    private final int mask;
    private long head;

    /// @param capacity a power of two
    LogRing(int capacity) {
        if (Integer.bitCount(capacity) != 1) {
            throw new IllegalArgumentException("not a power of two: " + capacity);
        }
        lines = new LogLine[capacity];
        turns = new AtomicLongArray(capacity);
        mask = capacity - 1;
        for (int i = 0; i < capacity; i++) {
            lines[i] = new LogLine();
            turns.set(i, i);
        }
    }

    /// A ticket for a slot to write into, or -1 when the ring is full.
    long claim() {
        while (true) {
            long ticket = tail.get();
            long turn = turns.get((int) ticket & mask);
            if (turn < ticket) {
                return -1;
            }
            if (turn == ticket && tail.compareAndSet(ticket, ticket + 1)) {
                return ticket;
            }
        }
    }

    /// The line of a claimed ticket.
    LogLine line(long ticket) {
        return lines[(int) ticket & mask];
    }

    /// Hands a written line over.
    void publish(long ticket) {
        turns.set((int) ticket & mask, ticket + 1);
    }

    /// Whether a line waits. The writer's thread only.
    boolean isReady() {
        return turns.get((int) head & mask) == head + 1;
    }

    /// The oldest line; ask [#isReady] before. The writer's thread only.
    LogLine first() {
        return lines[(int) head & mask];
    }

    /// Gives the oldest line's slot back. The writer's thread only.
    void release() {
        int slot = (int) head & mask;
        lines[slot].clear();
        turns.set(slot, head + lines.length);
        head++;
    }
}
