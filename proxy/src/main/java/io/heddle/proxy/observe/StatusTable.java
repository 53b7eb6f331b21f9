package io.heddle.proxy.observe;

import io.heddle.proxy.observe.StatusCount.Total;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;

/// Finished requests by status, of each connection manager and of each cluster, on one event loop. A manager or cluster
/// that is new is always told of; what is no more is forgotten ([#forget]), so that there are no more than
/// configuration has.
///
/// [#manager] and [#cluster] belong to the loop; the others may be called from anywhere.
final class StatusTable {
    private final Map<String, ByStatus<DownstreamCount>> managers = new ConcurrentHashMap<>();
    private final Map<String, ByStatus<StatusCount>> clusters = new ConcurrentHashMap<>();
    private final StatusCount nowhere = new StatusCount();
    private final AtomicInteger generation = new AtomicInteger();

    /// The names of connection managers (their `stat_prefix`) and of clusters.
    record Names(Set<String> managers, Set<String> clusters) {
        static Names none() {
            return new Names(new HashSet<>(), new HashSet<>());
        }

        /// These without those of `others`.
        Names without(Names others) {
            var rest = new Names(new HashSet<>(managers), new HashSet<>(clusters));
            rest.managers.removeAll(others.managers);
            rest.clusters.removeAll(others.clusters);
            return rest;
        }
    }

    /// What was counted by status, over all loops, by the names of connection managers and of clusters.
    ///
    /// @param figures of each connection manager, a place for each [RequestFigure]
    record Totals(
            SortedMap<String, SortedMap<Integer, Total>> managers,
            SortedMap<String, SortedMap<Integer, Total>> clusters,
            SortedMap<String, long[]> figures) {
        static Totals none() {
            return new Totals(new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
        }
    }

    /// Changes when something was forgotten: what [#manager] and [#cluster] gave before may not be told any more.
    int generation() {
        return generation.get();
    }

    /// Where a finished request counts for its connection manager.
    DownstreamCount manager(RequestTimeline timeline) {
        return of(managers, timeline.statPrefix, timeline.answered(), DownstreamCount::new);
    }

    /// Where a finished request counts for its cluster: nowhere, when the filters before it answered.
    StatusCount cluster(RequestTimeline timeline) {
        var cluster = timeline.cluster();
        return cluster == null || !timeline.forwarded
                ? nowhere
                : of(clusters, cluster.name(), timeline.answered(), StatusCount::new);
    }

    private static <T> T of(Map<String, ByStatus<T>> all, String name, int status, Supplier<T> making) {
        var found = all.get(name);
        if (found == null) {
            found = all.computeIfAbsent(name, _ -> new ByStatus<>(making));
        }
        return found.of(status);
    }

    /// Adds the names of all that is told of to `names`.
    void addNames(Names names) {
        names.managers().addAll(managers.keySet());
        names.clusters().addAll(clusters.keySet());
    }

    /// Forgets what `gone` names.
    void forget(Names gone) {
        boolean any = managers.keySet().removeAll(gone.managers());
        any |= clusters.keySet().removeAll(gone.clusters());
        if (any) {
            generation.incrementAndGet();
        }
    }

    /// Adds what was counted to `totals`.
    void addTo(Totals totals) {
        add(managers, DownstreamCount::total, totals.managers());
        add(clusters, StatusCount::total, totals.clusters());
        managers.forEach((name, counts) -> {
            var sums = totals.figures().computeIfAbsent(name, _ -> new long[RequestFigure.values().length]);
            counts.forEach((count, _) -> count.addTo(sums));
        });
    }

    private static <T> void add(
            Map<String, ByStatus<T>> all,
            Function<T, Total> total,
            SortedMap<String, SortedMap<Integer, Total>> totals) {
        all.forEach((name, counts) -> {
            var sums = totals.computeIfAbsent(name, _ -> new TreeMap<>());
            counts.forEach((count, status) -> sums.merge(status, total.apply(count), Total::plus));
        });
    }
}
