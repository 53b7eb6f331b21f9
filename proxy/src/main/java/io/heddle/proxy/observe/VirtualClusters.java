package io.heddle.proxy.observe;

import io.heddle.traffic.resilience.retry.RetryCounts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToLongFunction;

/// What became of forwarded requests by the virtual cluster that they are of, as Envoy's
/// `vhost.<name>.vcluster.<name>`. Those of a virtual host that names some, and that fit none of them, are of
/// `other`. It outlives configurations, so that no counter falls. Any thread; counting allocates only the first
/// time.
final class VirtualClusters {
    /// The most virtual clusters that are counted, as configuration makes them up.
    static final int MOST = 1000;

    private static final String OTHER = "other";
    private static final String PREFIX = "envoy_vhost_vcluster_";
    private static final List<String> LABELS = List.of("envoy_virtual_host", "envoy_virtual_cluster");
    private static final List<RetryCounts.Figure> EVENTS = List.of(
            RetryCounts.Figure.RETRY,
            RetryCounts.Figure.SUCCESS,
            RetryCounts.Figure.LIMIT_EXCEEDED,
            RetryCounts.Figure.OVERFLOW,
            RetryCounts.Figure.TIMEOUT);

    private final Map<String, Map<String, Figures>> hosts = new ConcurrentHashMap<>();
    private final AtomicInteger known = new AtomicInteger();

    /// The figures of one virtual cluster.
    private static final class Figures {
        private final LongAdder tries = new LongAdder();
        private final LongAdder completed = new LongAdder();
        private final Map<Integer, LongAdder> statuses = new ConcurrentSkipListMap<>();
        private final RetryCounts retries = new RetryCounts();
        private final AtomicLongArray times = new AtomicLongArray(Series.MILLISECONDS.length + 2);

        void count(RequestTimeline timeline) {
            tries.add(timeline.attempts);
            for (var event : EVENTS) {
                for (int i = timeline.happened(event); i > 0; i--) {
                    retries.count(event);
                }
            }
            if (timeline.status > 0) {
                completed.increment();
                statuses.computeIfAbsent(timeline.status, _ -> new LongAdder()).increment();
            }
            long nanos = timeline.hostNanos();
            if (nanos >= 0) {
                times.incrementAndGet(bucket(nanos / (double) TimeUnit.MILLISECONDS.toNanos(1)));
                times.addAndGet(times.length() - 1, nanos);
            }
        }

        private static int bucket(double millis) {
            int index = 0;
            while (index < Series.MILLISECONDS.length && millis > Series.MILLISECONDS[index]) {
                index++;
            }
            return index;
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

    /// A finished request, of a virtual host that names virtual clusters.
    void count(RequestTimeline timeline) {
        if (!timeline.forwarded) {
            return;
        }
        var named = timeline.virtualCluster();
        var cluster = named.isEmpty() ? OTHER : named;
        var host = timeline.decision().virtualHost();
        var clusters = hosts.get(host);
        var figures = clusters == null ? null : clusters.get(cluster);
        if (figures == null) {
            if (known.get() >= MOST) {
                return;
            }
            figures = hosts.computeIfAbsent(host, _ -> new ConcurrentHashMap<>())
                    .computeIfAbsent(cluster, _ -> {
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
        var name = PREFIX + "upstream_rq_time";
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
                                entries.add(new Entry(MetricsText.labels(LABELS, List.of(host, cluster)), figures))));
        return entries;
    }

    private static void write(
            MetricsText text, String name, String help, List<Entry> entries, ToLongFunction<Figures> value) {
        if (text.family(PREFIX + name, "counter", help)) {
            entries.forEach(
                    entry -> text.sample(PREFIX + name, entry.labels(), (double) value.applyAsLong(entry.figures())));
        }
    }

    private static void writeStatuses(MetricsText text, List<Entry> entries) {
        var byStatus = PREFIX + "upstream_rq";
        if (text.family(byStatus, "counter", "Requests answered, by status.")) {
            entries.forEach(entry -> entry.figures()
                    .statuses
                    .forEach((status, count) ->
                            text.sample(byStatus, coded(entry, "envoy_response_code", status), (double) count.sum())));
        }
        var byClass = PREFIX + "upstream_rq_xx";
        if (text.family(byClass, "counter", "Requests answered, by class of status.")) {
            entries.forEach(entry -> {
                var classes = new TreeMap<Integer, Long>();
                entry.figures()
                        .statuses
                        .forEach((status, count) -> classes.merge(status / 100, count.sum(), Long::sum));
                classes.forEach((number, count) ->
                        text.sample(byClass, coded(entry, "envoy_response_code_class", number), (double) count));
            });
        }
    }

    private static String coded(Entry entry, String label, int value) {
        return MetricsText.labels(List.of(label), List.of(Integer.toString(value))) + "," + entry.labels();
    }
}
