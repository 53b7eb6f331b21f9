package io.heddle.traffic.route;

import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.request.ResponseFlag;

/// What a [RouteTable] says of a request. Made once per route, so that routing allocates nothing.
///
/// @param virtualHost the virtual host's name; empty when none fitted
/// @param route the route; [Route#NONE] when none fitted
/// @param action what is to be done
public record RouteDecision(String virtualHost, Route route, RouteAction action) {
    /// No virtual host or no route fitted: 404 with flag `NR`.
    public static final RouteDecision NOT_FOUND = new RouteDecision(
            "",
            Route.NONE,
            new RouteAction.Reject(LocalReply.of(404, "", ResponseFlag.NO_ROUTE_FOUND, "route_not_found")));
}
