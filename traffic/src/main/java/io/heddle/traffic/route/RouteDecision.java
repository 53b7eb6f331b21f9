package io.heddle.traffic.route;

import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.ResponseFlag;
import java.util.List;

/// What a [RouteTable] says of a request. Made once per route, so that routing allocates nothing.
///
/// @param virtualHost the virtual host's name; empty when none fitted
/// @param route the route; [Route#NONE] when none fitted
/// @param action what is to be done
/// @param virtualClusters the names that the virtual host has for some of its requests
public record RouteDecision(
        String virtualHost, Route route, RouteAction action, List<VirtualHost.VirtualCluster> virtualClusters) {

    /// No virtual host or no route fitted: 404 with flag `NR`.
    public static final RouteDecision NOT_FOUND = new RouteDecision(
            "",
            Route.NONE,
            new RouteAction.Reject(LocalReply.of(404, "", ResponseFlag.NO_ROUTE_FOUND, "route_not_found")),
            List.of());

    /// Whether its requests are counted by virtual cluster or by route.
    public boolean isCounted() {
        return !virtualClusters.isEmpty() || !route.statPrefix().isEmpty();
    }

    /// The name of the first virtual cluster that `head` fits; empty when none does.
    public String virtualCluster(RequestHead head) {
        for (int i = 0; i < virtualClusters.size(); i++) {
            if (virtualClusters.get(i).fits(head)) {
                return virtualClusters.get(i).name();
            }
        }
        return "";
    }
}
