package io.heddle.proxy.upstream.name;

import io.heddle.proxy.dns.DnsAnswer;
import io.heddle.proxy.dns.NameLookup;
import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.runtime.Cluster;
import io.netty.util.NetUtil;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps the addresses of the names in DNS clusters, each asked for again when its policy says.
///
/// Each answer counts as it comes: a name whose server is silent delays no other. When nobody answers, a name keeps
/// its last addresses. A server that says that there are none takes the hosts of a `STRICT_DNS` cluster away, as in
/// Envoy; a `LOGICAL_DNS` cluster keeps its last. A name that is asked for in another way than before has the
/// addresses it had until it is answered, as long as the same family of addresses is asked for. Safe on any thread;
/// what it does itself, it does on a thread of its own.
// A question's answer, and a task's end, are told where they are awaited.
@SuppressWarnings("FutureReturnValueIgnored")
public final class NameResolver {
    private static final Logger log = LoggerFactory.getLogger(NameResolver.class);

    private final NameLookup lookup;
    private final Consumer<Set<Query>> changed;
    /// What is known now; read by anyone.
    private final Map<Query, List<String>> addresses = new ConcurrentHashMap<>();

    /// The names that are to be watched, those of clusters in use and of those that may be next; under the lock.
    private Set<Query> wanted = Set.of();
    private Set<Query> coming = Set.of();

    /// Whose names they are: by cluster, the names of each.
    private volatile Map<String, Set<Query>> owners = Map.of();
    private volatile Map<Query, Set<String>> clusters = Map.of();

    private final Map<String, NameUpdates> updates = new ConcurrentHashMap<>();

    /// Completed when a name has been answered, or was waited for long enough.
    private final Map<Query, CompletableFuture<Void>> firstAnswers = new ConcurrentHashMap<>();

    /// The names that are watched; of its thread alone.
    private final Map<Query, Watch> watched = new HashMap<>();

    private final SplittableRandom random = new SplittableRandom();
    private @Nullable ScheduledExecutorService thread;

    /// A name in clusters of one kind.
    public record Query(String name, Cluster.Discovery.Dns dns) {
        /// Whether `other` asks for the same addresses.
        private boolean sameAddresses(Query other) {
            return name.equals(other.name)
                    && dns.policy().family() == other.dns.policy().family();
        }

        /// The addresses of an answer as a cluster keeps them: the first counts, or all of them in any order.
        private List<String> ordered(List<String> found) {
            return dns.logical() ? found : found.stream().sorted().toList();
        }
    }

    /// A host of a cluster.
    ///
    /// @param key its identity, which its live state is kept by
    /// @param endpoint with its address
    public record Resolved(String key, Endpoint endpoint) {}

    /// A name that is watched.
    private static final class Watch {
        private int failures;
        private @Nullable ScheduledFuture<?> next;
    }

    /// Asks `lookup`; tells `changed` which names have new addresses.
    public NameResolver(NameLookup lookup, Consumer<Set<Query>> changed) {
        this.lookup = lookup;
        this.changed = changed;
    }

    /// Watches the names of `clusters` and no others.
    public void watch(Collection<Cluster> clusters) {
        var queries = new HashSet<Query>();
        var named = new HashMap<String, Set<Query>>();
        for (var cluster : clusters) {
            var own = queries(cluster);
            queries.addAll(own);
            if (!own.isEmpty()) {
                named.put(cluster.name(), own);
            }
        }
        own(named);
        updates.keySet().retainAll(named.keySet());
        want(queries);
    }

    /// Watches the names of `clusters` too, as they may be used soon: instead of those of an earlier call, and until
    /// they are answered and [#watch] was called without them.
    ///
    /// @return for each cluster with names that waits for them, by its own name: completes when they were
    ///     answered once, well or badly, or were waited for as long as a connection of the cluster is
    public Map<String, CompletableFuture<Void>> warm(Collection<Cluster> clusters) {
        var queries = new HashMap<Query, Duration>();
        var named = new HashMap<>(owners);
        var byCluster = new HashMap<String, Set<Query>>();
        for (var cluster : clusters) {
            var own = queries(cluster);
            own.forEach(query -> queries.putIfAbsent(query, cluster.connectTimeout()));
            if (!own.isEmpty()) {
                named.put(cluster.name(), own);
            }
            boolean awaited = cluster.discovery() instanceof Cluster.Discovery.Dns dns && dns.awaited();
            if (awaited && !own.isEmpty()) {
                byCluster.put(cluster.name(), own);
            }
        }
        own(named);
        var answers = expect(queries);
        var warmed = new HashMap<String, CompletableFuture<Void>>();
        byCluster.forEach((cluster, own) -> warmed.put(
                cluster, CompletableFuture.allOf(own.stream().map(answers::get).toArray(CompletableFuture[]::new))));
        return warmed;
    }

    private synchronized void want(Set<Query> queries) {
        wanted = queries;
        coming = coming.stream()
                .filter(query -> !queries.contains(query) && !isAnswered(query))
                .collect(Collectors.toUnmodifiableSet());
        queries.forEach(this::inherit);
        begin();
    }

    private boolean isAnswered(Query query) {
        var answer = firstAnswers.get(query);
        return answer != null && answer.isDone();
    }

    private synchronized Map<Query, CompletableFuture<Void>> expect(Map<Query, Duration> queries) {
        boolean fewer = !queries.keySet().containsAll(coming);
        coming = Set.copyOf(queries.keySet());
        var answers = new HashMap<Query, CompletableFuture<Void>>();
        queries.forEach((query, timeout) -> {
            inherit(query);
            var answer = firstAnswers.computeIfAbsent(query, _ -> new CompletableFuture<>());
            if (addresses.containsKey(query)) {
                answer.complete(null);
            }
            answers.put(query, answer.completeOnTimeout(null, timeout.toNanos(), TimeUnit.NANOSECONDS));
        });
        if (fewer || !queries.isEmpty()) {
            begin();
        }
        return answers;
    }

    private void begin() {
        if (thread == null && !(wanted.isEmpty() && coming.isEmpty())) {
            thread = Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("heddle-names").factory());
        }
        if (thread != null) {
            thread.execute(this::follow);
        }
    }

    /// Forgets what is known of names that are not wanted any more; returns those that are.
    private synchronized Set<Query> forgetOthers() {
        var queries = new HashSet<>(wanted);
        queries.addAll(coming);
        addresses.keySet().retainAll(queries);
        firstAnswers.keySet().retainAll(queries);
        return queries;
    }

    /// Gives a name that is new the addresses that it has in another cluster, or had until now in the same: a change
    /// of how often a name is asked for takes no host away.
    private void inherit(Query query) {
        if (addresses.containsKey(query)) {
            return;
        }
        var others = addresses.entrySet().stream()
                .filter(known -> known.getKey().sameAddresses(query))
                .sorted(Comparator.comparing(
                        known -> known.getKey().dns().logical() != query.dns().logical()))
                .map(Map.Entry::getValue)
                .filter(found -> !found.isEmpty())
                .findFirst();
        others.ifPresent(found -> addresses.putIfAbsent(query, query.ordered(found)));
    }

    /// The names of `cluster`; none where it has addresses only.
    public static Set<Query> queries(Cluster cluster) {
        var queries = new HashSet<Query>();
        if (cluster.discovery() instanceof Cluster.Discovery.Dns dns) {
            for (var endpoint : cluster.endpoints().endpoints()) {
                if (!isAddress(endpoint.address())) {
                    queries.add(new Query(endpoint.address(), dns));
                }
            }
        }
        return queries;
    }

    private static boolean isAddress(String text) {
        return NetUtil.createByteArrayFromIpAddressString(text) != null;
    }

    /// Follows the newest call, also where it was an older one that asked for it: what the newest has brought stays.
    private void follow() {
        var queries = forgetOthers();
        watched.entrySet().removeIf(entry -> {
            boolean gone = !queries.contains(entry.getKey());
            var next = entry.getValue().next;
            if (gone && next != null) {
                next.cancel(false);
            }
            return gone;
        });
        for (var query : queries) {
            if (!watched.containsKey(query)) {
                var watch = new Watch();
                watched.put(query, watch);
                ask(query, watch);
            }
        }
    }

    private ScheduledExecutorService thread() {
        if (thread == null) {
            throw new IllegalStateException("no name is watched");
        }
        return thread;
    }

    private void own(Map<String, Set<Query>> named) {
        var byQuery = new HashMap<Query, Set<String>>();
        named.forEach((cluster, names) -> names.forEach(
                query -> byQuery.computeIfAbsent(query, _ -> new HashSet<>()).add(cluster)));
        owners = Map.copyOf(named);
        clusters = byQuery;
    }

    private void count(Query query, NameUpdates.Figure figure) {
        for (var cluster : clusters.getOrDefault(query, Set.of())) {
            updates.computeIfAbsent(cluster, _ -> new NameUpdates()).count(figure);
        }
    }

    /// What became of the questions for names, by cluster.
    public Map<String, NameUpdates> updates() {
        return Map.copyOf(updates);
    }

    private void ask(Query query, Watch watch) {
        count(query, NameUpdates.Figure.ATTEMPT);
        lookup.ask(
                query.name(), query.dns().policy(), answer -> thread().execute(() -> answered(query, watch, answer)));
    }

    @SuppressWarnings("ReferenceEquality") // a name that was forgotten in between is watched anew
    private void answered(Query query, Watch watch, DnsAnswer answer) {
        if (watched.get(query) != watch) {
            return;
        }
        var next = pause(query, watch, answer);
        firstAnswers.computeIfAbsent(query, _ -> new CompletableFuture<>()).complete(null);
        watch.next = thread().schedule(() -> ask(query, watch), next.toNanos(), TimeUnit.NANOSECONDS);
    }

    /// Takes an answer in; returns when to ask again.
    private Duration pause(Query query, Watch watch, DnsAnswer answer) {
        var policy = query.dns().policy();
        return switch (answer) {
            case DnsAnswer.Found(var found, var ttl) -> {
                watch.failures = 0;
                count(query, NameUpdates.Figure.SUCCESS);
                know(query, query.ordered(found));
                yield policy.afterAnswer(ttl, random.nextLong());
            }
            case DnsAnswer.NoSuchName() -> {
                warn(query, watch.failures, "there is no such name");
                watch.failures++;
                count(query, NameUpdates.Figure.SUCCESS);
                if (query.dns().logical()) {
                    count(query, NameUpdates.Figure.EMPTY);
                } else {
                    know(query, List.of());
                }
                yield policy.afterAnswer(Duration.ZERO, random.nextLong());
            }
            case DnsAnswer.Failed(var reason) -> {
                warn(query, watch.failures, reason);
                watch.failures++;
                count(query, NameUpdates.Figure.FAILURE);
                yield policy.afterFailure(watch.failures, random.nextLong());
            }
        };
    }

    private static void warn(Query query, int before, String reason) {
        if (before == 0) {
            log.atWarn()
                    .addKeyValue("name", query.name())
                    .addKeyValue("reason", reason)
                    .log("a cluster's name cannot be resolved");
        }
    }

    private void know(Query query, List<String> found) {
        var before = addresses.put(query, found);
        if (!found.equals(before == null ? List.of() : before)) {
            changed.accept(Set.of(query));
        } else {
            count(query, NameUpdates.Figure.NO_REBUILD);
        }
    }

    /// The hosts of `cluster` with their addresses. A name that was never resolved has none.
    public List<Resolved> resolve(Cluster cluster) {
        var resolved = new ArrayList<Resolved>();
        for (var endpoint : cluster.endpoints().endpoints()) {
            if (!(cluster.discovery() instanceof Cluster.Discovery.Dns dns) || isAddress(endpoint.address())) {
                resolved.add(new Resolved(endpoint.key(), endpoint));
                continue;
            }
            var found = addresses.getOrDefault(new Query(endpoint.address(), dns), List.of());
            if (dns.logical() && !found.isEmpty()) {
                var others = found.stream()
                        .skip(1)
                        .map(address -> new Endpoint.Address(address, endpoint.port()))
                        .toList();
                resolved.add(new Resolved(
                        endpoint.key(), endpoint.resolved(found.getFirst()).withAdditional(others)));
            } else {
                for (var address : found) {
                    var at = endpoint.resolved(address);
                    resolved.add(new Resolved(at.key(), at));
                }
            }
        }
        return resolved;
    }
}
