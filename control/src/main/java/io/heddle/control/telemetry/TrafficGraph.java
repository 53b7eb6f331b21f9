package io.heddle.control.telemetry;

import io.heddle.control.telemetry.GraphView.Grain;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/// Who calls whom, how often, how well and how fast, out of the counters that proxies publish. Safe for use by several
/// threads: one lock, held for one scrape or one question.
///
/// Counters only grow while a proxy lives, so what happened between two scrapes is the difference; a counter that went
/// back was reset by a restart and counts from zero. The first scrape of a proxy tells what happened before this graph
/// looked: it goes into the totals and not into any window. Series are bounded in number; what is beyond the bound is
/// counted as dropped and shown, not silently lost. As in Kiali's health, an answer 4xx is an error: a caller that is
/// only refused is not well. Edges and series idle for five minutes are forgotten.
public final class TrafficGraph {
    /// The longest window that can be asked for.
    public static final int MAX_WINDOW_SECONDS = 300;
    static final Duration IDLE = Duration.ofMinutes(5);
    static final int MAX_SERIES = 100_000;
    private static final int SCRAPE_LAG_SECONDS = 3;

    static final String REQUESTS = "istio_requests_total";
    static final String DURATION = "istio_request_duration_milliseconds_bucket";
    /// Envoy's response flag of bytes that were no HTTP.
    private static final String NO_REQUEST = "DPE";
    /// Envoy's response flags of requests that did not get their application's answer.
    private static final Set<String> FAILURE_FLAGS = Set.of(
            "UF", "UH", "UO", "NR", "URX", "UT", "UC", "LH", "UR", "LR", "NC", "UPE", "DC", "IH", "SI", "DT", "NFCF",
            "OM", "DF", "UMSDR");

    private final Object lock = new Object();
    private final int maxSeries;
    private final Map<SeriesKey, Series> series = new HashMap<>();
    private final Map<String, Long> lastScrapes = new HashMap<>();
    private final Map<EdgeKey, EdgeHistory> edges = new HashMap<>();
    private long dropped;
    private long latestScrape;

    public TrafficGraph() {
        this(MAX_SERIES);
    }

    TrafficGraph(int maxSeries) {
        this.maxSeries = maxSeries;
    }

    /// Whether the graph can use a metric of this name.
    static boolean wants(String name) {
        return name.equals(REQUESTS) || name.equals(DURATION);
    }

    /// Takes in one scrape.
    ///
    /// @param proxy the proxy's id
    /// @param samples its samples
    /// @param second the present second, of any clock that does not go back
    void record(String proxy, List<Sample> samples, long second) {
        synchronized (lock) {
            latestScrape = Math.max(latestScrape, second);
            boolean firstScrape = lastScrapes.put(proxy, second) == null;
            for (var sample : samples) {
                record(proxy, sample, second, firstScrape);
            }
        }
    }

    private void record(String proxy, Sample sample, long second, boolean firstScrape) {
        double increase = increase(proxy, sample, second);
        if (!(increase > 0)) {
            return;
        }
        var key = EdgeKey.of(sample);
        if (!isCall(key, sample)) {
            return;
        }
        var edge = edges.computeIfAbsent(key, _ -> new EdgeHistory(second));
        edge.sawTraffic(second);
        boolean bySource = sample.label("reporter").equals("source");
        add(edge, edge.total(bySource), sample, increase);
        if (!firstScrape) {
            add(edge, edge.tally(second, bySource), sample, increase);
        }
    }

    /// Whether somebody called somebody. Bytes that were no request called nobody, and neither did a request for a name
    /// that nobody has.
    private static boolean isCall(EdgeKey key, Sample sample) {
        return !hasFlag(sample.label("response_flags"), NO_REQUEST::equals)
                && !key.to().isUnknown();
    }

    private static void add(EdgeHistory edge, EdgeTally tally, Sample sample, double increase) {
        if (sample.name().equals(DURATION)) {
            tally.addBucket(bound(sample.label("le")), increase);
            return;
        }
        var code = sample.label("response_code");
        boolean failedByFlag = hasFlag(sample.label("response_flags"), FAILURE_FLAGS::contains);
        boolean failedByServer = code.startsWith("5") || code.equals("0") || code.isEmpty();
        boolean failedByCode = failedByServer || code.startsWith("4");
        boolean flagSaysMore = failedByFlag && !failedByServer;
        tally.addRequests(
                increase, !failedByCode && !failedByFlag, flagSaysMore ? sample.label("response_flags") : code);
        if (sample.label("reporter").equals("destination")) {
            boolean mutual = sample.label("connection_security_policy").equals("mutual_tls");
            tally.addSecurity(increase, mutual);
            edge.sawSecurity(mutual);
        }
    }

    private static boolean hasFlag(String flags, Predicate<String> which) {
        for (var flag : flags.split(",", -1)) {
            if (which.test(flag)) {
                return true;
            }
        }
        return false;
    }

    private static double bound(String le) {
        try {
            return le.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(le);
        } catch (NumberFormatException _) {
            // A bound that is no number can only be beyond all others.
            return Double.POSITIVE_INFINITY;
        }
    }

    private double increase(String proxy, Sample sample, long second) {
        if (!Double.isFinite(sample.value()) || sample.value() < 0) {
            return 0;
        }
        var key = new SeriesKey(proxy, sample.name(), sample.labels());
        var known = series.get(key);
        if (known == null && series.size() >= maxSeries) {
            dropped++;
            return 0;
        }
        double before = known == null ? 0 : known.value;
        boolean reset = sample.value() < before;
        double increase = reset ? sample.value() : sample.value() - before;
        if (known == null) {
            series.put(key, new Series(sample.value(), second));
        } else {
            known.value = sample.value();
            known.lastSeen = second;
        }
        return increase;
    }

    /// Forgets what has been idle for five minutes.
    void forgetIdle(long second) {
        synchronized (lock) {
            long limit = second - IDLE.toSeconds();
            series.values().removeIf(each -> each.lastSeen <= limit);
            lastScrapes.values().removeIf(last -> last <= limit);
            edges.values().removeIf(edge -> edge.lastSecond() <= limit);
            edges.values().forEach(edge -> edge.forgetUpTo(second - MAX_WINDOW_SECONDS));
        }
    }

    /// How many samples were left out because there were too many series.
    public long droppedSamples() {
        synchronized (lock) {
            return dropped;
        }
    }

    /// How many series are followed.
    public int seriesCount() {
        synchronized (lock) {
            return series.size();
        }
    }

    /// The graph over the last `windowSeconds`, 1 to 300.
    GraphView view(int windowSeconds, Grain grain, long second) {
        if (windowSeconds < 1 || windowSeconds > MAX_WINDOW_SECONDS) {
            throw new IllegalArgumentException("the window must be 1 to " + MAX_WINDOW_SECONDS + " s");
        }
        var merged = new TreeMap<String, MergedEdge>();
        var nodes = new TreeMap<String, NodeDraft>();
        synchronized (lock) {
            // A window that ended in a second not read yet would show too low a rate.
            long end = second - latestScrape <= SCRAPE_LAG_SECONDS ? latestScrape : second;
            edges.forEach((key, history) -> {
                var from = id(key.from(), grain);
                var to = id(key.to(), grain);
                note(nodes, from, key.from(), grain);
                note(nodes, to, key.to(), grain);
                merged.computeIfAbsent(from + " " + to, _ -> new MergedEdge(from, to))
                        .add(history, windowSeconds, end);
            });
        }
        return new GraphView(
                windowSeconds,
                nodes.values().stream().map(NodeDraft::node).toList(),
                merged.values().stream().map(MergedEdge::edge).toList());
    }

    private static String id(Party party, Grain grain) {
        return switch (grain) {
            case SERVICE -> party.serviceId();
            case WORKLOAD -> party.workloadId();
        };
    }

    private static void note(Map<String, NodeDraft> nodes, String id, Party party, Grain grain) {
        var draft = nodes.computeIfAbsent(id, _ -> new NodeDraft(id, party, grain, new TreeSet<>()));
        if (!party.revision().isEmpty()) {
            draft.versions.add(party.revision());
        }
    }

    private record NodeDraft(String id, Party party, Grain grain, TreeSet<String> versions) {
        GraphView.Node node() {
            var workload = switch (grain) {
                case SERVICE -> "";
                case WORKLOAD -> id.substring(id.indexOf('/') + 1);
            };
            return new GraphView.Node(id, party.namespace(), party.service(), workload, List.copyOf(versions));
        }
    }

    private record SeriesKey(String proxy, String name, Map<String, String> labels) {}

    private static final class Series {
        private double value;
        private long lastSeen;

        Series(double value, long lastSeen) {
            this.value = value;
            this.lastSeen = lastSeen;
        }
    }
}
