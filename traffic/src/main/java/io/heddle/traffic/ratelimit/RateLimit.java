package io.heddle.traffic.ratelimit;

import io.heddle.traffic.layer.RuntimeShare;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Predicate;

/// What a route or a virtual host has its requests counted as (Envoy's `route.v3.RateLimit`).
///
/// @param stage the filters that heed it, 0 to 10
/// @param actions what makes the descriptor, in its order
/// @param hits how many requests one counts as (`hits_addend`)
/// @param enabled the share of requests that are counted (Envoy's `disable_key`)
public record RateLimit(int stage, List<RateLimitAction> actions, Hits hits, RuntimeShare enabled) {
    public RateLimit {
        actions = List.copyOf(actions);
    }

    /// One whose requests count as one each.
    public RateLimit(int stage, List<RateLimitAction> actions) {
        this(stage, actions, new Hits.Standard(), RuntimeShare.ALL);
    }

    /// When the limits of the virtual host hold (Envoy's `VhRateLimitsOptions`).
    public enum HostLimits {
        /// Where the route has none.
        OVERRIDE,
        /// Always.
        INCLUDE,
        /// Never.
        IGNORE
    }

    /// A request, and by which limits it is counted.
    public record Counted(RateLimitAction.Request request, Predicate<RateLimit> by) {}

    /// Which limits hold for a route.
    ///
    /// @param ofRoute its own
    /// @param ofHost its virtual host's
    /// @param includesHost whether those of the virtual host hold beside its own, whatever filters say
    ///     (`include_vh_rate_limits`)
    public record OfRoute(List<RateLimit> ofRoute, List<RateLimit> ofHost, boolean includesHost) {
        /// A route without limits.
        public static final OfRoute NONE = new OfRoute(List.of(), List.of(), false);

        public OfRoute {
            ofRoute = List.copyOf(ofRoute);
            ofHost = List.copyOf(ofHost);
        }

        /// Adds the descriptors that these limits make for a request of a filter of `stage`.
        public void addAll(int stage, HostLimits host, Counted counted, List<Descriptor> found) {
            RateLimit.addAll(ofRoute, stage, counted, found);
            if (holdForHost(host)) {
                RateLimit.addAll(ofHost, stage, counted, found);
            }
        }

        private boolean holdForHost(HostLimits option) {
            return includesHost
                    || switch (option) {
                        case OVERRIDE -> ofRoute.isEmpty();
                        case INCLUDE -> true;
                        case IGNORE -> false;
                    };
        }
    }

    /// Adds the descriptors of `limits`, of whatever stage, for a request. One whose entries cannot all be
    /// made is left out, and one whose number is none, as in Envoy.
    public static void addAll(List<RateLimit> limits, Counted counted, List<Descriptor> found) {
        for (var limit : limits) {
            if (counted.by().test(limit)) {
                limit.add(counted.request(), found);
            }
        }
    }

    private static void addAll(List<RateLimit> limits, int stage, Counted counted, List<Descriptor> found) {
        for (var limit : limits) {
            if (limit.stage == stage && counted.by().test(limit)) {
                limit.add(counted.request(), found);
            }
        }
    }

    private void add(RateLimitAction.Request request, List<Descriptor> found) {
        var entries = new ArrayList<DescriptorEntry>(actions.size());
        for (var action : actions) {
            if (!action.addTo(entries, request)) {
                return;
            }
        }
        if (entries.isEmpty()) {
            return;
        }
        switch (hits) {
            case Hits.Standard() -> found.add(new Descriptor(entries));
            case Hits.Fixed(long number) -> found.add(new Descriptor(entries, OptionalLong.of(number)));
            case Hits.Formatted formatted -> {
                var number = formatted.of(request);
                if (number.isPresent()) {
                    found.add(new Descriptor(entries, number));
                }
            }
        }
    }
}
