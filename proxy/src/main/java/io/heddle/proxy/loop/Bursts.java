package io.heddle.proxy.loop;

import io.netty.channel.EventLoop;
import io.netty.channel.SingleThreadEventLoop;
import java.util.ArrayDeque;

/// Work that one event loop puts off to the end of a burst: what costs the same for many requests as for one, such as
/// sending the frames of a shared connection.
///
/// A burst ends when the loop has nothing more to read. While its turns bring more than the event that began them, the
/// loop looks once more, without waiting, before the work is done: under load requests that come one after another
/// leave together. A lone event ends its burst at once, so that a lone request neither waits nor costs a system call
/// more. A busy loop puts work off for [#MOST_TURNS] turns.
///
/// Work that throws is told to the loop, which logs it; what stands behind it is done in a burst of its own.
final class Bursts {
    static final int MOST_TURNS = 4;

    private final SingleThreadEventLoop loop;
    private final ArrayDeque<Runnable> due = new ArrayDeque<>();
    private final Runnable turnEnds = this::turnEnds;
    private final Runnable lookAgain = this::lookAgain;
    private long events;
    private long seen;
    private int turns;

    Bursts(EventLoop loop) {
        this.loop = (SingleThreadEventLoop) loop;
    }

    /// The loop was told something: bytes have come, or a connection has ended.
    void event() {
        events++;
    }

    /// Does `work` at the end of this burst.
    void atEnd(Runnable work) {
        if (due.isEmpty()) {
            begin();
        }
        due.addLast(work);
    }

    private void begin() {
        seen = events;
        turns = 1;
        loop.execute(turnEnds);
    }

    private void turnEnds() {
        if (events != seen && turns < MOST_TURNS) {
            seen = events;
            turns++;
            loop.executeAfterEventLoopIteration(lookAgain);
            return;
        }
        int count = due.size();
        try {
            for (int i = 0; i < count; i++) {
                due.removeFirst().run();
            }
        } finally {
            if (!due.isEmpty()) {
                begin();
            }
        }
    }

    /// Runs between two turns: with a task waiting, the loop takes what there is to read and does not block.
    private void lookAgain() {
        loop.execute(turnEnds);
    }
}
