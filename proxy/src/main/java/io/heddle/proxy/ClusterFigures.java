package io.heddle.proxy;

import io.heddle.proxy.observe.LabelledFamily;
import io.heddle.proxy.upstream.UpstreamCluster;
import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.resilience.CircuitBreaker;
import io.heddle.traffic.resilience.CircuitBreaker.Resource;
import io.heddle.traffic.resilience.ConnectionCounts;
import io.heddle.traffic.resilience.RoutingPriority;
import io.heddle.traffic.resilience.retry.RetryCounts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/// The figures of clusters' circuit breakers and retries, as Envoy names them.
final class ClusterFigures {
    private static final String LABEL = "envoy_cluster_name";

    private ClusterFigures() {}

    /// All of them, as they are now, of the clusters that have had a request: a mesh has many more.
    static List<LabelledFamily> of(List<UpstreamCluster> all) {
        var clusters = all.stream().filter(ClusterFigures::isUsed).toList();
        var families = new ArrayList<LabelledFamily>();
        for (var figure : RetryCounts.Figure.values()) {
            families.add(new LabelledFamily(
                    "envoy_cluster_" + figure.stat(),
                    "counter",
                    figure.help(),
                    LABEL,
                    values(clusters, cluster -> cluster.load().retries().value(figure))));
        }
        for (var figure : ConnectionCounts.Figure.values()) {
            families.add(counter(
                    figure.stat(),
                    figure.help(),
                    clusters,
                    cluster -> cluster.load().connections().value(figure)));
        }
        families.add(counter(
                "upstream_rq_pending_overflow",
                "Requests refused as too many waited for a connection.",
                clusters,
                cluster -> overflow(cluster, CircuitBreaker::pendingOverflow)));
        families.add(counter(
                "upstream_rq_active_overflow",
                "Requests refused as too many were under way.",
                clusters,
                cluster -> overflow(cluster, CircuitBreaker::requestOverflow)));
        for (var priority : RoutingPriority.values()) {
            for (var resource : Resource.values()) {
                families.add(open(clusters, priority, resource));
                families.add(remaining(clusters, priority, resource));
            }
        }
        return families;
    }

    /// How many hosts all clusters have, in what health, and what is under way there.
    static List<LabelledFamily> hosts(List<UpstreamCluster> all) {
        long now = System.nanoTime();
        return List.of(
                gauge(
                        "membership_total",
                        "Hosts.",
                        all,
                        cluster -> cluster.hosts().size()),
                gauge(
                        "membership_healthy",
                        "Hosts that are well.",
                        all,
                        cluster -> count(
                                cluster,
                                host -> host.endpoint().health() == Endpoint.Health.HEALTHY
                                        && !host.state().isOut(now))),
                gauge(
                        "membership_degraded",
                        "Hosts that should have little to do.",
                        all,
                        cluster -> count(cluster, host -> host.endpoint().health() == Endpoint.Health.DEGRADED)),
                gauge(
                        "membership_excluded",
                        "Hosts that do not count before their first check.",
                        all,
                        cluster -> count(cluster, host -> host.state().isLeftOut())),
                gauge(
                        "upstream_cx_active",
                        "Connections to hosts.",
                        all,
                        cluster -> cluster.hosts().values().stream()
                                .mapToLong(host -> host.state().connections())
                                .sum()),
                gauge("upstream_rq_active", "Requests under way.", all, cluster -> active(cluster, Resource.REQUESTS)),
                gauge(
                        "upstream_rq_pending_active",
                        "Requests that wait for a connection.",
                        all,
                        cluster -> active(cluster, Resource.PENDING)));
    }

    private static LabelledFamily gauge(
            String name, String help, List<UpstreamCluster> all, Function<UpstreamCluster, Number> value) {
        return new LabelledFamily("envoy_cluster_" + name, "gauge", help, LABEL, values(all, value));
    }

    private static LabelledFamily counter(
            String name, String help, List<UpstreamCluster> clusters, Function<UpstreamCluster, Number> value) {
        return new LabelledFamily("envoy_cluster_" + name, "counter", help, LABEL, values(clusters, value));
    }

    private static long overflow(UpstreamCluster cluster, ToLongFunction<CircuitBreaker> value) {
        return Arrays.stream(RoutingPriority.values())
                .mapToLong(priority -> value.applyAsLong(breaker(cluster, priority)))
                .sum();
    }

    private static long count(UpstreamCluster cluster, Predicate<Host> which) {
        return cluster.hosts().values().stream().filter(which).count();
    }

    private static long active(UpstreamCluster cluster, Resource resource) {
        long active = 0;
        for (var priority : RoutingPriority.values()) {
            active += breaker(cluster, priority).active(resource);
        }
        return active;
    }

    /// Whether it has had a request.
    static boolean isUsed(UpstreamCluster cluster) {
        return cluster.breaker().active(Resource.REQUESTS) > 0
                || cluster.load().connections().value(ConnectionCounts.Figure.NONE_HEALTHY) > 0
                || overflow(cluster, CircuitBreaker::requestOverflow) > 0
                || cluster.hosts().values().stream()
                        .anyMatch(host -> host.state().wasUsed());
    }

    private static LabelledFamily open(List<UpstreamCluster> clusters, RoutingPriority priority, Resource resource) {
        return new LabelledFamily(
                prefix(priority) + open(resource),
                "gauge",
                "Whether as much is under way as may be.",
                LABEL,
                values(clusters, cluster -> breaker(cluster, priority).remaining(resource) == 0 ? 1 : 0));
    }

    /// Told of clusters that are asked to (`track_remaining`).
    private static LabelledFamily remaining(
            List<UpstreamCluster> clusters, RoutingPriority priority, Resource resource) {
        var tracked = clusters.stream()
                .filter(cluster -> cluster.cluster().limits().of(priority).tracked())
                .toList();
        return new LabelledFamily(
                prefix(priority) + remaining(resource),
                "gauge",
                "How much more may be under way.",
                LABEL,
                values(tracked, cluster -> breaker(cluster, priority).remaining(resource)));
    }

    private static CircuitBreaker breaker(UpstreamCluster cluster, RoutingPriority priority) {
        return cluster.load().breaker(priority);
    }

    private static String prefix(RoutingPriority priority) {
        return "envoy_cluster_circuit_breakers_" + priority.name().toLowerCase(Locale.ROOT) + "_";
    }

    static String open(Resource resource) {
        return switch (resource) {
            case CONNECTIONS -> "cx_open";
            case PENDING -> "rq_pending_open";
            case REQUESTS -> "rq_open";
            case RETRIES -> "rq_retry_open";
        };
    }

    static String remaining(Resource resource) {
        return switch (resource) {
            case CONNECTIONS -> "remaining_cx";
            case PENDING -> "remaining_pending";
            case REQUESTS -> "remaining_rq";
            case RETRIES -> "remaining_retries";
        };
    }

    private static Map<String, Long> values(List<UpstreamCluster> clusters, Function<UpstreamCluster, Number> value) {
        var values = new HashMap<String, Long>();
        clusters.forEach(cluster ->
                values.put(cluster.cluster().name(), value.apply(cluster).longValue()));
        return values;
    }
}
