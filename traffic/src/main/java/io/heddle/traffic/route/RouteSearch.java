package io.heddle.traffic.route;

import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.Trace;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Routes of which the first that fits is taken: found one after the other, or by a [PathIndex] where there are many.
final class RouteSearch {
    private final List<RouteDecision> decisions;
    private final @Nullable PathIndex index;

    RouteSearch(List<RouteDecision> decisions) {
        this.decisions = decisions;
        index = decisions.size() < PathIndex.WORTHWHILE ? null : new PathIndex(decisions);
    }

    /// The decision of the first route that fits a request, whose path without a query is `span` of `path`; null when
    /// none does.
    @Nullable
    RouteDecision first(RequestHead head, RouteFacts facts, byte[] path, long span) {
        if (index != null) {
            int first = index.first(head, facts, path, span);
            return first < 0 ? null : decisions.get(first);
        }
        for (int i = 0; i < decisions.size(); i++) {
            var decision = decisions.get(i);
            if (decision.route().match().matches(head, facts, path, span)) {
                return decision;
            }
        }
        return null;
    }

    /// The same, told.
    @Nullable
    RouteDecision explain(RequestHead head, RouteFacts facts, byte[] path, long span, Trace trace) {
        for (int i = 0; i < decisions.size(); i++) {
            var decision = decisions.get(i);
            var route = decision.route();
            var obstacle = route.match().obstacle(head, facts, path, span);
            var subject = route.name().isEmpty() ? "routes[" + i + "]" : route.name();
            trace.decided("route", subject, obstacle.isEmpty() ? "fits" : obstacle);
            if (obstacle.isEmpty()) {
                return decision;
            }
        }
        trace.decided("route", "", "no route fits");
        return null;
    }
}
