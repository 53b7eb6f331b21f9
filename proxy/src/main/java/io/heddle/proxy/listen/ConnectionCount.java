package io.heddle.proxy.listen;

import java.util.concurrent.atomic.AtomicLong;

/// How many connections clients have open over all listeners, and how many they may have. Any thread.
final class ConnectionCount {
    private final long most;
    private final AtomicLong open = new AtomicLong();

    /// At most `most`, unless a listener ignores the limit.
    ConnectionCount(long most) {
        this.most = most;
    }

    /// Counts a connection in; false, and not counted, when there are too many.
    boolean enter(boolean ignoresLimit) {
        if (open.incrementAndGet() <= most || ignoresLimit) {
            return true;
        }
        open.decrementAndGet();
        return false;
    }

    /// Counts a connection out.
    void leave() {
        open.decrementAndGet();
    }

    /// How many are open.
    long open() {
        return open.get();
    }
}
