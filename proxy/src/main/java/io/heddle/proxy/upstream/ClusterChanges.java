package io.heddle.proxy.upstream;

import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/// How often clusters came, changed and went, since the proxy began. Safe on any thread.
public final class ClusterChanges {
    private final LongAdder added = new LongAdder();
    private final LongAdder modified = new LongAdder();
    private final LongAdder removed = new LongAdder();

    /// Those of `after` are there instead of those of `before`.
    void note(Map<String, UpstreamCluster> before, Map<String, UpstreamCluster> after) {
        after.forEach((name, now) -> {
            var old = before.get(name);
            if (old == null) {
                added.increment();
            } else if (!old.cluster().equals(now.cluster())) {
                modified.increment();
            }
        });
        removed.add(before.keySet().stream()
                .filter(name -> !after.containsKey(name))
                .count());
    }

    /// How many came.
    public long added() {
        return added.sum();
    }

    /// How many changed.
    public long modified() {
        return modified.sum();
    }

    /// How many went.
    public long removed() {
        return removed.sum();
    }
}
