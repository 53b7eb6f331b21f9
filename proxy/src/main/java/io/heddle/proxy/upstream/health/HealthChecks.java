package io.heddle.proxy.upstream.health;

import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.upstream.connect.UpstreamTarget;
import io.heddle.proxy.upstream.pool.HostPools;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.balance.host.HostState;
import io.heddle.traffic.resilience.health.HealthCheck;
import io.heddle.traffic.runtime.Cluster;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The active health checks of all clusters that have one: one [HostCheck] a host, spread over the event loops.
/// The hosts of a cluster that is not in use yet are checked, too; what that found out goes with them into use.
/// What changes is called from one thread at a time; [#counts] from any.
public final class HealthChecks {
    /// What a check may be late with its answer: its loop may be busy.
    private static final Duration SLACK = Duration.ofSeconds(1);

    private final List<Worker> workers;
    private final List<HostPools> pools;
    private final Map<String, Running> running = new HashMap<>();
    private final Map<String, Coming> coming = new HashMap<>();
    private final Map<String, CheckCounts> counts = new ConcurrentHashMap<>();
    private final HealthEvents events;
    private int next;

    private record Running(Cluster cluster, IdentityHashMap<HostState, HostCheck> checks) {}

    /// A cluster that is not in use, with those of its hosts that no other version of it has, by their keys.
    private record Coming(
            Cluster cluster, Map<String, UpstreamTarget> hosts, IdentityHashMap<HostState, HostCheck> checks) {}

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
        for (var target : targets) {
            var state = target.host().state();
            var known = known(cluster, before, state);
            if (target.host().endpoint().checks().disabled()) {
                release(known, target);
                continue;
            }
            checks.put(state, continued(known, order(cluster, check.get(), target, line), hosts));
        }
        if (before != null) {
            before.checks().values().forEach(HostCheck::stop);
        }
        running.put(cluster.name(), new Running(cluster, checks));
        var expected = coming.get(cluster.name());
        if (expected != null && expected.cluster().equals(cluster)) {
            drop(cluster.name());
        }
    }

    private @Nullable HostCheck known(Cluster cluster, @Nullable Running before, HostState state) {
        var known = before == null ? null : before.checks().remove(state);
        var expected = coming.get(cluster.name());
        return known == null && expected != null ? expected.checks().remove(state) : known;
    }

    private HostCheck.Order order(
            Cluster cluster, HealthCheck check, UpstreamTarget target, Function<UpstreamTarget, HostCheck.Line> line) {
        var count = counts.computeIfAbsent(cluster.name(), _ -> new CheckCounts());
        return new HostCheck.Order(target, check, line.apply(target), count, events);
    }

    /// The check that is known, where it does what is ordered, else a new one in its place.
    private HostCheck continued(@Nullable HostCheck known, HostCheck.Order order, List<HostState> hosts) {
        if (known != null && known.serves(order)) {
            known.follow(order, hosts);
            return known;
        }
        if (known != null) {
            known.stop();
        }
        int at = Math.floorMod(next++, workers.size());
        var fresh = new HostCheck(workers.get(at), pools.get(at), order);
        fresh.follow(order, hosts);
        fresh.start();
        return fresh;
    }

    /// Has `hosts` of a cluster with checks that is not in use yet, by their keys, checked as it says.
    ///
    /// @return completes when each was asked once and has answered, or took too long
    public CompletableFuture<Void> expect(
            Cluster cluster, Map<String, UpstreamTarget> hosts, Function<UpstreamTarget, HostCheck.Line> line) {
        var check = cluster.health().check().orElseThrow();
        var before = coming.get(cluster.name());
        var checks = new IdentityHashMap<HostState, HostCheck>();
        var states = hosts.values().stream()
                .map(UpstreamTarget::host)
                .map(Host::state)
                .toList();
        for (var target : hosts.values()) {
            var state = target.host().state();
            var known = before == null ? null : before.checks().remove(state);
            checks.put(state, continued(known, order(cluster, check, target, line), states));
        }
        if (before != null) {
            before.checks().values().forEach(HostCheck::stop);
        }
        coming.put(cluster.name(), new Coming(cluster, hosts, checks));
        long longest =
                check.timeout().plus(check.intervals().jitter().initial()).toNanos();
        return CompletableFuture.allOf(
                        checks.values().stream().map(HostCheck::answered).toArray(CompletableFuture[]::new))
                .completeOnTimeout(null, longest + SLACK.toNanos(), TimeUnit.NANOSECONDS);
    }

    /// The state of a host of a cluster that is not in use yet, by the host's key.
    public Optional<HostState> expected(String cluster, String host) {
        var expected = coming.get(cluster);
        var target = expected == null ? null : expected.hosts().get(host);
        return target == null ? Optional.empty() : Optional.of(target.host().state());
    }

    /// Of the clusters that are not in use, only these may come.
    public void expectOnly(Set<String> clusters) {
        coming.keySet().stream()
                .filter(name -> !clusters.contains(name))
                .toList()
                .forEach(this::drop);
    }

    private void drop(String cluster) {
        var gone = coming.remove(cluster);
        if (gone == null) {
            return;
        }
        gone.checks().values().forEach(HostCheck::stop);
        if (!running.containsKey(cluster)) {
            counts.remove(cluster);
        }
    }

    /// It is not checked: it is well as far as checks go.
    private static void release(@Nullable HostCheck known, UpstreamTarget target) {
        if (known != null) {
            known.end();
        } else {
            target.host().state().passCheck(System.nanoTime());
        }
    }

    private void forget(String cluster) {
        var gone = running.remove(cluster);
        if (gone != null) {
            gone.checks().values().forEach(HostCheck::end);
        }
        if (!coming.containsKey(cluster)) {
            counts.remove(cluster);
        }
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
