package io.heddle.traffic.route;

import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.resilience.RetryPolicy;
import io.heddle.traffic.resilience.Timeouts;
import java.util.List;
import java.util.Optional;

/// What becomes of a routed request.
public sealed interface RouteAction {
    /// It goes to a cluster.
    ///
    /// @param cluster which one
    /// @param rewrite how host and path change on the way
    /// @param timeouts how long it may take
    /// @param retry when it is tried again
    /// @param mirrors who gets a copy
    /// @param upgrades which changes of protocol it carries; others are decided by the connection manager
    record Forward(
            ClusterChoice cluster,
            Rewrite rewrite,
            Timeouts timeouts,
            RetryPolicy retry,
            List<Mirror> mirrors,
            Upgrades upgrades)
            implements RouteAction {
        public Forward {
            mirrors = List.copyOf(mirrors);
        }
    }

    /// It is answered with a redirect.
    ///
    /// @param status 301, 302, 303, 307 or 308
    /// @param scheme empty keeps it
    /// @param host empty keeps it
    /// @param port empty keeps it, or drops it when the scheme changes
    /// @param rewrite how the path changes
    /// @param stripQuery whether the query is dropped
    record Redirect(
            int status,
            Optional<String> scheme,
            Optional<String> host,
            Optional<Integer> port,
            Rewrite rewrite,
            boolean stripQuery)
            implements RouteAction {}

    /// It is answered as configured.
    record DirectResponse(int status, String body) implements RouteAction {}

    /// It cannot be routed.
    record Reject(LocalReply reply) implements RouteAction {}

    /// A cluster that gets a copy of requests.
    ///
    /// @param cluster its name
    /// @param millionths the share of requests, 0 to 1,000,000
    record Mirror(String cluster, int millionths) {}
}
