package io.heddle.proxy.upstream.connect;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How many connections to each cluster's hosts were not made because they could not come from the address that they
/// should (Envoy's `bind_errors`). Says why in the log, once a minute at most. Safe on any thread.
public final class BindErrors {
    private static final Logger log = LoggerFactory.getLogger(BindErrors.class);
    private static final long QUIET = Duration.ofMinutes(1).toNanos();

    private final Map<String, LongAdder> byCluster = new ConcurrentHashMap<>();
    private final AtomicLong quietUntil = new AtomicLong();
    private volatile boolean said;

    /// One more, at `now` of the monotonic clock.
    void count(UpstreamTarget target, Throwable cause, long now) {
        var cluster = target.cluster().name();
        byCluster.computeIfAbsent(cluster, _ -> new LongAdder()).increment();
        long until = quietUntil.get();
        if ((!said || now - until >= 0) && quietUntil.compareAndSet(until, now + QUIET)) {
            said = true;
            log.atWarn()
                    .addKeyValue("cluster", cluster)
                    .addKeyValue("host", target.host().endpoint().key())
                    .addKeyValue("cause", cause.getMessage())
                    .log("a connection cannot come from the address that it should");
        }
    }

    /// The clusters that have some, by name.
    public Map<String, Long> all() {
        var all = new TreeMap<String, Long>();
        byCluster.forEach((cluster, count) -> all.put(cluster, count.sum()));
        return all;
    }

    /// Forgets clusters that are not among `names`.
    public void keep(Set<String> names) {
        byCluster.keySet().retainAll(names);
    }
}
