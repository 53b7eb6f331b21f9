package io.heddle.traffic.route;

import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.format.HeaderChange;
import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.request.ResponseFlag;
import java.util.List;
import java.util.Map;

/// One compiled route: what it fits, what it does.
///
/// @param name for people, for example `shop/catalog/0`; may be empty
/// @param match what it fits
/// @param action what it does
/// @param requestChanges header changes on the way in, in their order: of the route, then its virtual host,
///     then its table, or the other way round where the table says so (Envoy's
///     `most_specific_header_mutations_wins`)
/// @param responseChanges header changes on the way out, in the same order
/// @param metadata what it says of itself, by namespace
/// @param overrides filter settings by filter name: the route's before its virtual host's
/// @param statPrefix the name under which its requests are counted; empty for not counting them
public record Route(
        String name,
        RouteMatch match,
        RouteAction action,
        List<HeaderChange> requestChanges,
        List<HeaderChange> responseChanges,
        Map<String, LabelValue.Fields> metadata,
        Map<String, FilterOverride> overrides,
        String statPrefix) {
    /// Stands where no route fitted.
    public static final Route NONE = new Route(
            "",
            RouteMatch.ANY,
            new RouteAction.Reject(LocalReply.of(404, "", ResponseFlag.NO_ROUTE_FOUND, "route_not_found")),
            List.of(),
            List.of(),
            Map.of());

    public Route {
        requestChanges = List.copyOf(requestChanges);
        responseChanges = List.copyOf(responseChanges);
        metadata = Map.copyOf(metadata);
        overrides = Map.copyOf(overrides);
    }

    /// One that says nothing of itself and whose requests are not counted by themselves.
    public Route(
            String name,
            RouteMatch match,
            RouteAction action,
            List<HeaderChange> requestChanges,
            List<HeaderChange> responseChanges,
            Map<String, FilterOverride> overrides) {
        this(name, match, action, requestChanges, responseChanges, Map.of(), overrides, "");
    }
}
