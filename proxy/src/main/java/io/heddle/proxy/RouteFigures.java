package io.heddle.proxy;

import io.heddle.proxy.observe.LabelledFamily;
import io.heddle.proxy.upstream.RouteBreakers;
import io.heddle.traffic.resilience.CircuitBreaker;
import io.heddle.traffic.resilience.CircuitBreaker.Resource;
import io.heddle.traffic.resilience.RoutingPriority;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/// The figures of routes' circuit breakers, named as Envoy names those of clusters: in `/stats`
/// `vhost.<virtual host>.route.<stat_prefix>.…`. Routes without a `stat_prefix` have none; of those that share one, in
/// virtual hosts of one name, the sum is told.
final class RouteFigures {
    /// The most names that are told, as configuration makes them up.
    static final int MOST = 1000;

    private static final String PREFIX = "envoy_vhost_route_";
    private static final List<String> LABELS = List.of("envoy_virtual_host", "envoy_route");
    private static final List<Resource> COUNTED = List.of(Resource.PENDING, Resource.REQUESTS, Resource.RETRIES);

    private RouteFigures() {}

    /// All of them, as they are now.
    static List<LabelledFamily> of(List<RouteBreakers.Live> all) {
        var named = named(all);
        var families = new ArrayList<LabelledFamily>();
        families.add(sum("gauge", "upstream_rq_active", "Requests under way.", named, active(Resource.REQUESTS)));
        families.add(sum(
                "gauge",
                "upstream_rq_pending_active",
                "Requests that wait for a connection.",
                named,
                active(Resource.PENDING)));
        families.add(sum(
                "counter",
                "upstream_rq_active_overflow",
                "Requests refused as too many were under way.",
                named,
                CircuitBreaker::requestOverflow));
        families.add(sum(
                "counter",
                "upstream_rq_pending_overflow",
                "Requests refused as too many waited for a connection.",
                named,
                CircuitBreaker::pendingOverflow));
        for (var priority : RoutingPriority.values()) {
            for (var resource : COUNTED) {
                families.add(open(named, priority, resource));
                families.add(remaining(named, priority, resource));
            }
        }
        return families;
    }

    private static ToLongFunction<CircuitBreaker> active(Resource resource) {
        return breaker -> breaker.active(resource);
    }

    /// The breakers by virtual host and `stat_prefix`.
    private static Map<List<String>, List<RouteBreakers.Live>> named(List<RouteBreakers.Live> all) {
        var named = new LinkedHashMap<List<String>, List<RouteBreakers.Live>>();
        all.stream().sorted(Comparator.comparing(live -> live.limits().place())).forEach(live -> {
            var names = live.limits().names();
            var key = List.of(names.virtualHost(), names.statPrefix());
            if (!names.statPrefix().isEmpty() && (named.size() < MOST || named.containsKey(key))) {
                named.computeIfAbsent(key, _ -> new ArrayList<>()).add(live);
            }
        });
        return named;
    }

    private static LabelledFamily sum(
            String type,
            String name,
            String help,
            Map<List<String>, List<RouteBreakers.Live>> named,
            ToLongFunction<CircuitBreaker> value) {
        var values = new HashMap<List<String>, Long>();
        named.forEach((key, routes) -> values.put(
                key,
                routes.stream()
                        .mapToLong(live -> value.applyAsLong(live.breaker()))
                        .sum()));
        return new LabelledFamily(PREFIX + name, type, help, LABELS, values);
    }

    /// Told of what has a limit.
    private static LabelledFamily open(
            Map<List<String>, List<RouteBreakers.Live>> named, RoutingPriority priority, Resource resource) {
        return sum(
                "gauge",
                prefix(priority) + ClusterFigures.open(resource),
                "How many routes have as much under way as may be.",
                where(named, live -> live.limits().priority() == priority && isLimited(live, resource)),
                breaker -> breaker.remaining(resource) == 0 ? 1 : 0);
    }

    /// Told of what has a limit, of routes that are asked to (`track_remaining`).
    private static LabelledFamily remaining(
            Map<List<String>, List<RouteBreakers.Live>> named, RoutingPriority priority, Resource resource) {
        return sum(
                "gauge",
                prefix(priority) + ClusterFigures.remaining(resource),
                "How much more may be under way.",
                where(
                        named,
                        live -> live.limits().priority() == priority
                                && live.limits().thresholds().tracked()
                                && isLimited(live, resource)),
                breaker -> breaker.remaining(resource));
    }

    private static String prefix(RoutingPriority priority) {
        return "circuit_breakers_" + priority.name().toLowerCase(Locale.ROOT) + "_";
    }

    private static boolean isLimited(RouteBreakers.Live live, Resource resource) {
        var limits = live.limits().thresholds();
        return switch (resource) {
            case CONNECTIONS -> false;
            case PENDING -> limits.pending() < Integer.MAX_VALUE;
            case REQUESTS -> limits.requests() < Integer.MAX_VALUE;
            case RETRIES -> limits.budget().isPresent() || limits.retries() < Integer.MAX_VALUE;
        };
    }

    private static Map<List<String>, List<RouteBreakers.Live>> where(
            Map<List<String>, List<RouteBreakers.Live>> named, Predicate<RouteBreakers.Live> wanted) {
        var found = new HashMap<List<String>, List<RouteBreakers.Live>>();
        named.forEach((key, routes) -> {
            var some = routes.stream().filter(wanted).toList();
            if (!some.isEmpty()) {
                found.put(key, some);
            }
        });
        return found;
    }
}
