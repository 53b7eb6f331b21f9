package io.heddle.proxy.observe;

import io.heddle.traffic.resilience.retry.RetryCounts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToLongFunction;

/// What became of the forwarded requests of virtual hosts by something that each names for some of them: a
/// virtual cluster, as Envoy's `vhost.<name>.vcluster.<name>`, or the `stat_prefix` of a route, as
/// `vhost.<name>.route.<name>`. It outlives configurations, so that no counter falls. Any thread.
final class VirtualHostFigures {
    /// The most names that are counted, as configuration makes them up.
    static final int MOST = 1000;

    private static final List<RetryCounts.Figure> EVENTS = List.of(
            RetryCounts.Figure.RETRY,
            RetryCounts.Figure.SUCCESS,
            RetryCounts.Figure.LIMIT_EXCEEDED,
            RetryCounts.Figure.OVERFLOW,
            RetryCounts.Figure.TIMEOUT);

    private final String prefix;
    private final List<String> labels;
    private final Map<String, Map<String, Figures>> hosts = new ConcurrentHashMap<>();
    private final AtomicInteger known = new AtomicInteger();

    private VirtualHostFigures(String prefix, String label) {
        this.prefix = prefix;
        this.labels = List.of("envoy_virtual_host", label);
    }

    /// Those by virtual cluster.
    static VirtualHostFigures byVirtualCluster() {
        return new VirtualHostFigures("envoy_vhost_vcluster_", "envoy_virtual_cluster");
    }

    /// Those by route.
    static VirtualHostFigures byRoute() {
        return new VirtualHostFigures("envoy_vhost_route_", "envoy_route");
    }

    /// The figures of one name.
    private static final class Figures {
        private final LongAdder tries = new LongAdder();
        private final LongAdder completed = new LongAdder();
        private final ByStatus<LongAdder> statuses = new ByStatus<>(LongAdder::new);
        private final RetryCounts retries = new RetryCounts();
        private final AtomicLongArray times = new AtomicLongArray(Series.MILLISECONDS.length + 2);

        void count(RequestTimeline timeline) {
            tries.add(timeline.attempts);
            for (var event : EVENTS) {
                for (int i = timeline.happened(event); i > 0; i--) {
                    retries.count(event);
                }
            }
            if (timeline.answered() > 0) {
                completed.increment();
                statuses.of(timeline.answered()).increment();
            }
            long nanos = timeline.hostNanos();
            if (nanos >= 0) {
                times.incrementAndGet(Series.durationBucket(nanos));
                times.addAndGet(times.length() - 1, nanos);
            }
        }

        /// What was counted by status.
        SortedMap<Integer, Long> answered() {
            var answered = new TreeMap<Integer, Long>();
            statuses.forEach((count, status) -> answered.put(status, count.sum()));
            return answered;
        }

        long[] times() {
            var copy = new long[times.length()];
            for (int i = 0; i < copy.length; i++) {
                copy[i] = times.get(i);
            }
            return copy;
        }
    }

    /// Figures under their labels.
    private record Entry(String labels, Figures figures) {}

    /// A finished request that was forwarded, to which its virtual host gives this name.
    void count(RequestTimeline timeline, String name) {
        var host = timeline.decision().virtualHost();
        var names = hosts.get(host);
        var figures = names == null ? null : names.get(name);
        if (figures == null) {
            if (known.get() >= MOST) {
                return;
            }
            figures = hosts.computeIfAbsent(host, _ -> new ConcurrentHashMap<>())
                    .computeIfAbsent(name, _ -> {
                        known.incrementAndGet();
                        return new Figures();
                    });
        }
        figures.count(timeline);
    }

    void write(MetricsText text) {
        var entries = entries();
        if (entries.isEmpty()) {
            return;
        }
        write(text, "upstream_rq_total", "Tries that went to a host.", entries, figures -> figures.tries.sum());
        write(text, "upstream_rq_completed", "Requests answered.", entries, figures -> figures.completed.sum());
        for (var event : EVENTS) {
            write(text, event.stat(), event.help(), entries, figures -> figures.retries.value(event));
        }
        writeStatuses(text, entries);
        var name = prefix + "upstream_rq_time";
        if (text.family(name, "histogram", "How long hosts took.")) {
            double unit = TimeUnit.MILLISECONDS.toNanos(1);
            entries.forEach(entry -> text.histogram(
                    name, entry.labels(), Series.MILLISECONDS, entry.figures().times(), unit));
        }
    }

    private List<Entry> entries() {
        var entries = new ArrayList<Entry>();
        new TreeMap<>(hosts)
                .forEach((host, clusters) -> new TreeMap<>(clusters)
                        .forEach((cluster, figures) ->
                                entries.add(new Entry(MetricsText.labels(labels, List.of(host, cluster)), figures))));
        return entries;
    }

    private void write(MetricsText text, String name, String help, List<Entry> entries, ToLongFunction<Figures> value) {
        if (text.family(prefix + name, "counter", help)) {
            entries.forEach(
                    entry -> text.sample(prefix + name, entry.labels(), (double) value.applyAsLong(entry.figures())));
        }
    }

    private void writeStatuses(MetricsText text, List<Entry> entries) {
        var byStatus = prefix + "upstream_rq";
        if (text.family(byStatus, "counter", "Requests answered, by status.")) {
            entries.forEach(entry -> entry.figures()
                    .answered()
                    .forEach((status, count) ->
                            text.sample(byStatus, coded(entry, "envoy_response_code", status), (double) count)));
        }
        var byClass = prefix + "upstream_rq_xx";
        if (text.family(byClass, "counter", "Requests answered, by class of status.")) {
            entries.forEach(entry -> {
                var classes = new TreeMap<Integer, Long>();
                entry.figures().answered().forEach((status, count) -> classes.merge(status / 100, count, Long::sum));
                classes.forEach((number, count) ->
                        text.sample(byClass, coded(entry, "envoy_response_code_class", number), (double) count));
            });
        }
    }

    private static String coded(Entry entry, String label, int value) {
        return MetricsText.labels(List.of(label), List.of(Integer.toString(value))) + "," + entry.labels();
    }
}
