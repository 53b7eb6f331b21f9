package io.heddle.traffic.route;

import io.heddle.traffic.request.HeaderEdit;
import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.request.ResponseFlag;
import java.util.List;
import java.util.Map;

/// One compiled route: what it fits, what it does.
///
/// @param name for people, for example `shop/catalog/0`; may be empty
/// @param match what it fits
/// @param action what it does
/// @param requestEdits header changes on the way in: of the route, then its virtual host, then its table
/// @param responseEdits header changes on the way out, in the same order
/// @param overrides filter settings by filter name: the route's before its virtual host's
public record Route(
        String name,
        RouteMatch match,
        RouteAction action,
        List<HeaderEdit> requestEdits,
        List<HeaderEdit> responseEdits,
        Map<String, FilterOverride> overrides) {
    /// Stands where no route fitted.
    public static final Route NONE = new Route(
            "",
            RouteMatch.ANY,
            new RouteAction.Reject(LocalReply.of(404, "", ResponseFlag.NO_ROUTE_FOUND, "route_not_found")),
            List.of(),
            List.of(),
            Map.of());

    public Route {
        requestEdits = List.copyOf(requestEdits);
        responseEdits = List.copyOf(responseEdits);
        overrides = Map.copyOf(overrides);
    }
}
