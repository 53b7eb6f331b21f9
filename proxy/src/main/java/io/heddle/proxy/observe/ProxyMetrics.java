package io.heddle.proxy.observe;

import io.heddle.traffic.filter.FilterCounter;
import io.heddle.traffic.grpc.GrpcMethods;
import io.heddle.traffic.request.Denial;
import io.heddle.traffic.request.PeerMetadata;
import io.netty.util.concurrent.FastThreadLocal;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// The proxy's Prometheus metrics: Istio's standard metrics of requests, denials, and figures of the process.
///
/// Each event loop counts into its own table without locks and, for combinations seen before, without allocating; a
/// scrape adds the tables up. Series are bounded in number and dropped when idle; statuses under Envoy's names are told
/// of as many connection managers and clusters as there are, from their first request to their end.
public final class ProxyMetrics implements RequestObserver {
    private static final int MAX_POLICIES = 500;
    private static final double NANOS_PER_MILLISECOND = 1e6;

    private final Settings settings;
    private final Labels labels;
    private final List<SeriesTable> tables = new CopyOnWriteArrayList<>();
    private final LongAdder overflow = new LongAdder();
    private final LongAdder denied = new LongAdder();
    private final Verdicts connections = new Verdicts(new LongAdder(), new LongAdder());
    private final Verdicts shadows = new Verdicts(new LongAdder(), new LongAdder());
    private final Map<Denial, LongAdder> deniedBy = new ConcurrentHashMap<>();
    private final FilterCounts filterCounts = new FilterCounts();
    private final VirtualHostFigures byVirtualCluster = VirtualHostFigures.byVirtualCluster();
    private final VirtualHostFigures byRoute = VirtualHostFigures.byRoute();
    private final FilterGauges filterGauges = new FilterGauges();
    private final List<Extra> extras = new CopyOnWriteArrayList<>();
    private final List<GrpcMethods> grpc = new CopyOnWriteArrayList<>();
    private final List<GrpcCallFamilies> calls = new CopyOnWriteArrayList<>();
    private final List<Supplier<List<LabelledFamily>>> families = new CopyOnWriteArrayList<>();
    private volatile Optional<Supplier<StatusTable.Names>> there = Optional.empty();
    private final FastThreadLocal<SeriesTable> table = new FastThreadLocal<>() {
        @Override
        protected SeriesTable initialValue() {
            var fresh = new SeriesTable(labels, settings.maxSeries());
            tables.add(fresh);
            return fresh;
        }
    };

    /// How many series, and for how long.
    ///
    /// @param version the proxy's version, for `istio_build`
    /// @param maxSeries the most label combinations an event loop keeps; what comes after is counted as overflow
    /// @param idle a series without a request for so long is dropped
    public record Settings(String version, int maxSeries, Duration idle) {}

    /// Speaks for workload `self`; `principal` is its SPIFFE URI once it has one.
    public ProxyMetrics(Settings settings, PeerMetadata self, Supplier<Optional<String>> principal) {
        this.settings = settings;
        this.labels = new Labels(self, principal);
        addFamilies(filterCounts::families);
        addFamilies(filterGauges::families);
    }

    /// Adds a gauge (`counter` when `name` ends in `_total`) that is asked at each scrape. Any thread.
    public void add(String name, String help, DoubleSupplier value) {
        extras.add(new Extra(name, name.endsWith("_total") ? "counter" : "gauge", help, value));
    }

    /// Adds a counter, whatever its name ends in. Any thread.
    public void addCounter(String name, String help, DoubleSupplier value) {
        extras.add(new Extra(name, "counter", help, value));
    }

    /// Adds families that are asked for at each scrape. Any thread.
    public void addFamilies(Supplier<List<LabelledFamily>> more) {
        families.add(more);
    }

    /// Requests are told by the statuses of connection managers and clusters for as long as `managers` and `clusters`
    /// name these, by their `stat_prefix` and their name. Without this, for good. Any thread.
    public void tellOf(Supplier<Set<String>> managers, Supplier<Set<String>> clusters) {
        there = Optional.of(() -> new StatusTable.Names(managers.get(), clusters.get()));
    }

    /// Forgets the statuses of connection managers and clusters that are no more. Done at each scrape; a proxy that
    /// nobody scrapes has to do it when its configuration changes. Any thread.
    public void forgetGone() {
        if (there.isEmpty()) {
            return;
        }
        // In this order: what came up before is there now, unless it is gone.
        var known = StatusTable.Names.none();
        tables.forEach(loop -> loop.statuses().addNames(known));
        var gone = known.without(there.get().get());
        tables.forEach(loop -> loop.statuses().forget(gone));
    }

    /// Adds calls of gRPC that filters count. Any thread.
    public void add(GrpcMethods methods) {
        grpc.add(methods);
    }

    /// Adds calls of gRPC that the proxy makes itself; `statuses` are the names of gRPC's, by number. Any thread.
    public void addCalls(GrpcMethods own, List<String> statuses) {
        calls.add(new GrpcCallFamilies(own, statuses));
    }

    @Override
    public void finished(RequestTimeline timeline) {
        if (timeline.denial.isPresent()) {
            countDenial(timeline.denial.get());
        }
        if (timeline.decision().isCounted() && timeline.forwarded) {
            countForwarded(timeline);
        }
        long begun = timeline.headReceived == 0 ? timeline.finished : timeline.headReceived;
        if (!table.get().count(timeline, begun)) {
            overflow.increment();
        }
    }

    /// A request that fits no virtual cluster of its virtual host is of `other`, as in Envoy.
    private void countForwarded(RequestTimeline timeline) {
        if (!timeline.decision().virtualClusters().isEmpty()) {
            var named = timeline.virtualCluster();
            byVirtualCluster.count(timeline, named.isEmpty() ? "other" : named);
        }
        var route = timeline.decision().route().statPrefix();
        if (!route.isEmpty()) {
            byRoute.count(timeline, route);
        }
    }

    /// The text of a scrape (Prometheus text format 0.0.4), with the families whose name is wanted. Any thread.
    public String scrape(Predicate<String> wanted) {
        var text = new MetricsText(wanted);
        writeRequests(text);
        writeStatuses(text);
        writeDenials(text);
        if (text.family("istio_build", "gauge", "The version that runs.")) {
            text.sample("istio_build", "component=\"proxy\",tag=\"" + settings.version() + "\"", 1);
        }
        counter(text, "heddle_metrics_overflow_total", "Requests without a series: too many series.", overflow);
        for (var extra : extras) {
            if (text.family(extra.name(), extra.type(), extra.help())) {
                text.sample(extra.name(), "", extra.value().getAsDouble());
            }
        }
        families.forEach(more -> more.get().forEach(family -> write(text, family)));
        byVirtualCluster.write(text);
        byRoute.write(text);
        grpc.forEach(methods -> new GrpcFamilies(methods).write(text));
        calls.forEach(own -> own.write(text));
        ProcessFigures.write(text);
        return text.toString();
    }

    private static void write(MetricsText text, LabelledFamily family) {
        if (family.values().isEmpty() || !text.family(family.name(), family.type(), family.help())) {
            return;
        }
        var samples = new TreeMap<String, Long>();
        family.values().forEach((values, sample) -> samples.put(MetricsText.labels(family.labels(), values), sample));
        samples.forEach((labels, sample) -> text.sample(family.name(), labels, (double) sample));
    }

    @Override
    public void counted(FilterCounter counter, String statPrefix, long amount) {
        filterCounts.count(counter, statPrefix, amount);
    }

    @Override
    public boolean entered(FilterCounter gauge, String statPrefix, long most) {
        return filterGauges.enter(gauge, statPrefix, most);
    }

    @Override
    public void left(FilterCounter gauge, String statPrefix) {
        filterGauges.leave(gauge, statPrefix);
    }

    @Override
    public void judged(Judgement judgement) {
        var refused = judgement.refused().flatMap(timeline -> timeline.denial);
        refused.ifPresent(this::countPolicies);
        connections.count(refused.isEmpty());
        judgement.shadow().ifPresent(shadows::count);
    }

    private void countDenial(Denial denial) {
        denied.increment();
        countPolicies(denial);
    }

    private void countPolicies(Denial denial) {
        var counter = deniedBy.get(denial);
        if (counter == null && deniedBy.size() < MAX_POLICIES) {
            counter = deniedBy.computeIfAbsent(denial, _ -> new LongAdder());
        }
        if (counter != null) {
            counter.increment();
        }
    }

    private void writeRequests(MetricsText text) {
        long oldest = System.nanoTime() - settings.idle().toNanos();
        var totals = new HashMap<List<String>, Series.Totals>();
        for (var loop : tables) {
            loop.expire(oldest);
            for (var series : loop.all()) {
                series.addTo(totals.computeIfAbsent(series.labels(), _ -> new Series.Totals()));
            }
        }
        if (totals.isEmpty()) {
            return;
        }
        var ready = totals.entrySet().stream()
                .map(entry -> Map.entry(MetricsText.labels(Labels.NAMES, entry.getKey()), entry.getValue()))
                .sorted(Map.Entry.comparingByKey())
                .toList();
        if (text.family("istio_requests_total", "counter", "Requests.")) {
            ready.forEach(entry -> text.sample(
                    "istio_requests_total",
                    entry.getKey(),
                    count(entry.getValue().durations())));
        }
        if (text.family("istio_request_duration_milliseconds", "histogram", "How long requests took.")) {
            ready.forEach(entry -> text.histogram(
                    "istio_request_duration_milliseconds",
                    entry.getKey(),
                    Series.MILLISECONDS,
                    entry.getValue().durations(),
                    NANOS_PER_MILLISECOND));
        }
        if (text.family("istio_request_bytes", "histogram", "Sizes of request bodies.")) {
            ready.forEach(entry -> text.histogram(
                    "istio_request_bytes",
                    entry.getKey(),
                    Series.BYTES,
                    entry.getValue().requestBytes(),
                    1));
        }
        if (text.family("istio_response_bytes", "histogram", "Sizes of response bodies.")) {
            ready.forEach(entry -> text.histogram(
                    "istio_response_bytes",
                    entry.getKey(),
                    Series.BYTES,
                    entry.getValue().responseBytes(),
                    1));
        }
    }

    private void writeStatuses(MetricsText text) {
        forgetGone();
        var totals = StatusTable.Totals.none();
        tables.forEach(loop -> loop.statuses().addTo(totals));
        new StatusFamilies(totals).write(text);
    }

    private void writeDenials(MetricsText text) {
        counter(text, "envoy_http_inbound_rbac_denied", "Requests that authorization refused.", denied);
        counter(text, "envoy_tcp_rbac_allowed", "Connections that access rules let pass.", connections.passed());
        counter(text, "envoy_tcp_rbac_denied", "Connections that access rules refused.", connections.refused());
        counter(text, "envoy_tcp_rbac_shadow_allowed", "Connections that shadow rules let pass.", shadows.passed());
        counter(text, "envoy_tcp_rbac_shadow_denied", "Connections that shadow rules would refuse.", shadows.refused());
        if (!deniedBy.isEmpty()
                && text.family("istio_authz_denied_total", "counter", "Requests that a policy refused.")) {
            deniedBy.forEach((denial, counter) -> text.sample(
                    "istio_authz_denied_total",
                    MetricsText.labels(
                            List.of("policy", "reason"),
                            List.of(
                                    String.join(",", denial.policies()),
                                    denial.reason().word())),
                    (double) counter.sum()));
        }
    }

    private static void counter(MetricsText text, String name, String help, LongAdder value) {
        if (text.family(name, "counter", help)) {
            text.sample(name, "", (double) value.sum());
        }
    }

    private static double count(long[] cells) {
        long count = 0;
        for (int i = 0; i < cells.length - 1; i++) {
            count += cells[i];
        }
        return (double) count;
    }

    /// How often rules let pass, and how often they refused.
    private record Verdicts(LongAdder passed, LongAdder refused) {
        void count(boolean passes) {
            (passes ? passed : refused).increment();
        }
    }

    private record Extra(String name, String type, String help, DoubleSupplier value) {}
}
