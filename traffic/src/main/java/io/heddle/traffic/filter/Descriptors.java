package io.heddle.traffic.filter;

import io.heddle.traffic.ratelimit.Descriptor;
import io.heddle.traffic.ratelimit.RateLimit;
import io.heddle.traffic.ratelimit.RateLimitAction;
import io.heddle.traffic.route.RouteAction;
import java.util.ArrayList;
import java.util.List;

/// Finds out what filters that limit rates count a request as.
final class Descriptors {
    private Descriptors() {}

    /// The descriptors that the filter's `own` limits make, where it has some; else those of the request's
    /// route and virtual host with the filter's `stage`.
    static List<Descriptor> of(List<RateLimit> own, int stage, RateLimit.HostLimits host, FilterRequest request) {
        var found = new ArrayList<Descriptor>();
        var asked = new RateLimitAction.Request(
                request.head(),
                request.peer(),
                new RateLimitAction.Clusters(request.health().cluster(), request.cluster()),
                request.state(),
                request.decision().route().metadata());
        var counted = new RateLimit.Counted(asked, limit -> Shares.among(limit.enabled(), request));
        if (!own.isEmpty()) {
            RateLimit.addAll(own, counted, found);
        } else if (request.decision().action() instanceof RouteAction.Forward forward) {
            forward.options().rateLimits().addAll(stage, host, counted, found);
        }
        return found;
    }
}
