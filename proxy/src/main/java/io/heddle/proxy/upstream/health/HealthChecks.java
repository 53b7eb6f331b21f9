package io.heddle.proxy.upstream.health;

import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.upstream.connect.UpstreamTarget;
import io.heddle.proxy.upstream.pool.HostPools;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.balance.host.HostState;
import io.heddle.traffic.runtime.Cluster;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The active health checks of all clusters that have one: one [HostCheck] a host, spread over the event loops. What
/// changes is called from one thread at a time; [#counts] from any.
public final class HealthChecks {
    private final List<Worker> workers;
    private final List<HostPools> pools;
    private final Map<String, Running> running = new HashMap<>();
    private final Map<String, CheckCounts> counts = new ConcurrentHashMap<>();
    private final HealthEvents events;
    private int next;

    private record Running(Cluster cluster, IdentityHashMap<HostState, HostCheck> checks) {}

    /// Checks on the loops of `workers`, which have `pools`, in the same order, told to `events`.
    public HealthChecks(List<Worker> workers, List<HostPools> pools, HealthEvents events) {
        this.events = events;
        this.workers = workers;
        this.pools = pools;
    }

    /// Has the hosts of `targets` checked as `cluster` says, and no others of it. They are reached by `line`.
    public void watch(
            Cluster cluster, Collection<UpstreamTarget> targets, Function<UpstreamTarget, HostCheck.Line> line) {
        var check = cluster.health().check();
        if (check.isEmpty()) {
            forget(cluster.name());
            return;
        }
        var before = running.get(cluster.name());
        var checks = new IdentityHashMap<HostState, HostCheck>();
        var hosts = targets.stream().map(UpstreamTarget::host).map(Host::state).toList();
        var count = counts.computeIfAbsent(cluster.name(), _ -> new CheckCounts());
        for (var target : targets) {
            var known =
                    before == null ? null : before.checks().remove(target.host().state());
            if (target.host().endpoint().checks().disabled()) {
                release(known, target);
                continue;
            }
            var order = new HostCheck.Order(target, check.get(), line.apply(target), count, events);
            if (known != null && known.serves(order)) {
                checks.put(target.host().state(), known);
                known.among(hosts);
                continue;
            }
            if (known != null) {
                known.stop();
            }
            int at = Math.floorMod(next++, workers.size());
            var fresh = new HostCheck(workers.get(at), pools.get(at), order);
            fresh.among(hosts);
            fresh.start();
            checks.put(target.host().state(), fresh);
        }
        if (before != null) {
            before.checks().values().forEach(HostCheck::stop);
        }
        running.put(cluster.name(), new Running(cluster, checks));
    }

    /// It is not checked: it is well as far as checks go.
    private static void release(@Nullable HostCheck known, UpstreamTarget target) {
        if (known != null) {
            known.end();
        } else {
            target.host().state().checked(true);
        }
    }

    private void forget(String cluster) {
        var gone = running.remove(cluster);
        if (gone != null) {
            gone.checks().values().forEach(HostCheck::end);
        }
        counts.remove(cluster);
    }

    /// Forgets clusters that are not among `names`.
    public void keep(Set<String> names) {
        running.keySet().stream().filter(name -> !names.contains(name)).toList().forEach(this::forget);
    }

    /// What checks came to, by cluster.
    public Map<String, CheckCounts> counts() {
        return new TreeMap<>(counts);
    }
}
