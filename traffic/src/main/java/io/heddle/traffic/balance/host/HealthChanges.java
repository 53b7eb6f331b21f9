package io.heddle.traffic.balance.host;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// Counts how often the health of a cluster's hosts has changed, so that what was computed from it can be kept until
/// then. Shared by the states of all hosts of a cluster. Safe on any thread.
public final class HealthChanges {
    private final AtomicInteger count = new AtomicInteger();

    /// The counter of these hosts: the one that some of them have already, else a new one. From now on they all have
    /// it.
    public static HealthChanges of(List<Host> hosts) {
        var shared = hosts.stream()
                .flatMap(host -> host.state().changes().stream())
                .findFirst()
                .orElseGet(HealthChanges::new);
        hosts.forEach(host -> host.state().tell(shared));
        return shared;
    }

    void happened() {
        count.incrementAndGet();
    }

    /// How often so far.
    public int count() {
        return count.get();
    }
}
