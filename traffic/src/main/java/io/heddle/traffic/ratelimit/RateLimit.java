package io.heddle.traffic.ratelimit;

import java.util.ArrayList;
import java.util.List;

/// What a route or a virtual host has its requests counted as (Envoy's `route.v3.RateLimit`).
///
/// @param stage the filters that heed it, 0 to 10
/// @param actions what makes the descriptor, in its order
public record RateLimit(int stage, List<RateLimitAction> actions) {
    public RateLimit {
        actions = List.copyOf(actions);
    }

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
    }

    /// Adds the descriptors of `limits` for a request of a filter of `stage`. One whose entries cannot all be made is
    /// left out.
    public static void addAll(
            List<RateLimit> limits, int stage, RateLimitAction.Request request, List<List<DescriptorEntry>> found) {
        for (var limit : limits) {
            if (limit.stage == stage) {
                limit.add(request, found);
            }
        }
    }

    private void add(RateLimitAction.Request request, List<List<DescriptorEntry>> found) {
        var entries = new ArrayList<DescriptorEntry>(actions.size());
        for (var action : actions) {
            if (!action.addTo(entries, request)) {
                return;
            }
        }
        if (!entries.isEmpty()) {
            found.add(entries);
        }
    }
}
