package io.heddle.proxy.loop;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The timers of one event loop: a heap of [Deadline]s behind a single scheduled task.
///
/// A deadline that is moved later stays where it is in the heap and is put right when it surfaces. So a connection that
/// renews its timeout with every request touches the heap once per timeout, not once per request.
///
/// Times are compared as they are: `System.nanoTime()` of one process does not wrap in its life.
// A failed write or close shows as the end of its channel, which is handled.
@SuppressWarnings("FutureReturnValueIgnored")
public final class Deadlines {
    private static final Logger log = LoggerFactory.getLogger(Deadlines.class);
    private static final long SLACK = 1_000_000;

    private final EventLoop loop;
    private Deadline[] heap = new Deadline[16];
    private int size;
    private long armedFor = Deadline.NEVER;
    private @Nullable Future<?> armed;

    Deadlines(EventLoop loop) {
        this.loop = loop;
    }

    /// Sets or moves `deadline` to `at`, in the terms of `System.nanoTime()`.
    public void set(Deadline deadline, long at) {
        deadline.at = at;
        if (deadline.slot >= 0 && deadline.queuedFor <= at) {
            return;
        }
        deadline.queuedFor = at;
        if (deadline.slot < 0) {
            if (size == heap.length) {
                heap = Arrays.copyOf(heap, size * 2);
            }
            deadline.slot = size++;
        }
        up(deadline, deadline.slot);
        arm();
    }

    /// Nothing happens any more.
    public void clear(Deadline deadline) {
        deadline.at = Deadline.NEVER;
    }

    /// Forgets `deadline`, whose owner is gone.
    public void remove(Deadline deadline) {
        deadline.at = Deadline.NEVER;
        if (deadline.slot >= 0) {
            take(deadline);
        }
    }

    private void arm() {
        if (size == 0 || heap[0].queuedFor >= armedFor) {
            return;
        }
        if (armed != null) {
            armed.cancel(false);
        }
        armedFor = heap[0].queuedFor;
        long delay = Math.max(0, armedFor - System.nanoTime()) + SLACK;
        armed = loop.schedule(this::run, delay, TimeUnit.NANOSECONDS);
    }

    private void run() {
        armedFor = Deadline.NEVER;
        armed = null;
        long now = System.nanoTime();
        while (size > 0 && heap[0].queuedFor <= now) {
            var first = heap[0];
            take(first);
            if (first.at <= now) {
                first.at = Deadline.NEVER;
                expire(first);
            } else if (first.at != Deadline.NEVER) {
                set(first, first.at);
            }
        }
        arm();
    }

    /// A timer that fails must not stop the others.
    private static void expire(Deadline due) {
        try {
            due.expired.run();
        } catch (RuntimeException bug) {
            log.atError().setCause(bug).log("a timer failed");
        }
    }

    private void take(Deadline deadline) {
        int hole = deadline.slot;
        deadline.slot = -1;
        size--;
        var last = heap[size];
        heap[size] = null;
        if (last != deadline) {
            up(last, hole);
            down(last, last.slot);
        }
    }

    private void up(Deadline deadline, int from) {
        int at = from;
        while (at > 0) {
            int parent = (at - 1) >>> 1;
            if (heap[parent].queuedFor <= deadline.queuedFor) {
                break;
            }
            place(heap[parent], at);
            at = parent;
        }
        place(deadline, at);
    }

    private void down(Deadline deadline, int from) {
        int at = from;
        while (2 * at + 1 < size) {
            int child = 2 * at + 1;
            if (child + 1 < size && heap[child + 1].queuedFor < heap[child].queuedFor) {
                child++;
            }
            if (heap[child].queuedFor >= deadline.queuedFor) {
                break;
            }
            place(heap[child], at);
            at = child;
        }
        place(deadline, at);
    }

    private void place(Deadline deadline, int slot) {
        heap[slot] = deadline;
        deadline.slot = slot;
    }
}
