package io.heddle.proxy.listen;

import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;

/// Which destinations are known to speak before their clients do (SMTP, MySQL, FTP), so that nobody waits for a client
/// there again. A listener's own; bounded; what has not been seen for long is forgotten. Any thread.
///
/// A silent client proves nothing: a destination is learned only when it really spoke first, soon after its client had
/// been waited for in vain, and it is forgotten as soon as a client speaks first. So nobody can have a destination of
/// TLS or HTTP taken for another kind by saying nothing.
final class ServerFirst {
    /// The most destinations kept.
    static final int MOST = 1024;

    /// For how long a destination is kept after it was last seen to speak first, nanoseconds.
    static final long KEPT_NANOS = 600_000_000_000L;

    private final Map<InetSocketAddress, Long> seen = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<InetSocketAddress, Long> eldest) {
            return size() > MOST;
        }
    };

    /// Whether `destination` is known to speak first, at `now` in the terms of `System.nanoTime()`.
    synchronized boolean knows(InetSocketAddress destination, long now) {
        var last = seen.get(destination);
        if (last == null) {
            return false;
        }
        if (now - last > KEPT_NANOS) {
            seen.remove(destination);
            return false;
        }
        return true;
    }

    /// It spoke first.
    synchronized void learn(InetSocketAddress destination, long now) {
        seen.put(destination, now);
    }

    /// A client spoke first.
    synchronized void forget(InetSocketAddress destination) {
        seen.remove(destination);
    }
}
