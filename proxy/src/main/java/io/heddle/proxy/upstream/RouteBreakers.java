package io.heddle.proxy.upstream;

import io.heddle.proxy.config.ActiveConfig;
import io.heddle.traffic.resilience.CircuitBreaker;
import io.heddle.traffic.resilience.CircuitBreaker.Resource;
import io.heddle.traffic.resilience.RouteLimits;
import io.heddle.traffic.route.RouteTable;
import io.heddle.traffic.runtime.RuntimeConfig;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The circuit breakers of the routes that have limits of their own, kept beside the configurations: a route that stays
/// keeps what is counted, whatever else changes, and gets its new limits with the configuration.
///
/// A route that went away keeps its breaker while requests are under way: those that still come by an older listener
/// find it, and one that comes back counts on. Reading is safe on any thread; swaps come one at a time.
public final class RouteBreakers implements ActiveConfig.Follower {
    private final Map<String, Live> breakers = new ConcurrentHashMap<>();

    /// A breaker, and what it was made for.
    public record Live(RouteLimits limits, CircuitBreaker breaker) {
        private boolean isIdle() {
            return breaker.active(Resource.REQUESTS) == 0;
        }
    }

    /// The breaker of the route of these limits.
    public CircuitBreaker of(RouteLimits limits) {
        var found = breakers.get(limits.place());
        return found == null ? add(limits) : found.breaker;
    }

    private CircuitBreaker add(RouteLimits limits) {
        return breakers.computeIfAbsent(limits.place(), _ -> new Live(limits, new CircuitBreaker(limits.thresholds())))
                .breaker;
    }

    /// All there are, in no order.
    public List<Live> all() {
        return List.copyOf(breakers.values());
    }

    @Override
    public void preparing(RuntimeConfig next) {
        limits(next).forEach(limits -> {
            var breaker = of(limits);
            breaker.limit(limits.thresholds());
            breakers.put(limits.place(), new Live(limits, breaker));
        });
    }

    @Override
    public void swapped(RuntimeConfig previous, RuntimeConfig next) {
        var there = limits(next).map(RouteLimits::place).collect(Collectors.toSet());
        breakers.values().removeIf(live -> !there.contains(live.limits.place()) && live.isIdle());
    }

    private static Stream<RouteLimits> limits(RuntimeConfig config) {
        return config.tables().map(RouteTable::limits).flatMap(List::stream);
    }
}
