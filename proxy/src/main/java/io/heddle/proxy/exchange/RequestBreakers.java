package io.heddle.proxy.exchange;

import io.heddle.proxy.upstream.RouteBreakers;
import io.heddle.proxy.upstream.pool.ConnectionTicket;
import io.heddle.traffic.resilience.CircuitBreaker;
import io.heddle.traffic.resilience.CircuitBreaker.Resource;
import io.heddle.traffic.resilience.ClusterLoad;
import io.heddle.traffic.resilience.RoutingPriority;
import io.heddle.traffic.route.ForwardOptions;
import org.jspecify.annotations.Nullable;

/// The circuit breakers that one request counts at: its cluster's, and its route's where the route has limits of its
/// own. What one of them refuses counts at neither. In an aggregate cluster only retries count there, and each try
/// counts at the cluster whose host it goes to ([#at]). Part of its [Tries], reused with them.
final class RequestBreakers {
    private final RouteBreakers routes;
    private @Nullable CircuitBreaker ofCluster;
    private @Nullable CircuitBreaker ofRoute;
    private RoutingPriority priority = RoutingPriority.DEFAULT;
    private boolean counted;
    private boolean aggregate;

    RequestBreakers(RouteBreakers routes) {
        this.routes = routes;
    }

    /// Counts a request that goes to a cluster of this load by a route of these options; false when there are as many
    /// as there may be.
    ///
    /// @param ofOthers whether the cluster's hosts are those of other clusters
    boolean begin(ClusterLoad load, boolean ofOthers, ForwardOptions options) {
        priority = options.priority();
        aggregate = ofOthers;
        ofCluster = load.breaker(priority);
        ofRoute = options.limits().isEmpty() ? null : routes.of(options.limits().get());
        counted = tryAcquire(Resource.REQUESTS);
        return counted;
    }

    /// Counts a try that begins beside those under way, as another request; false when there are as many as there may
    /// be. Each success needs one [#endBeside].
    boolean tryBeside() {
        return tryAcquire(Resource.REQUESTS);
    }

    void endBeside() {
        release(Resource.REQUESTS);
    }

    /// Counts a retry; false when there are as many as there may be. Each success needs one [#endRetry].
    boolean tryRetry() {
        return tryAcquire(Resource.RETRIES);
    }

    void endRetry() {
        release(Resource.RETRIES);
    }

    /// Tells `ticket` whose connections it waits for, and that its waiting counts for the route, too.
    void mark(ConnectionTicket ticket) {
        ticket.matters(priority);
        if (ofRoute != null) {
            ticket.countsAt(ofRoute);
        }
    }

    /// Where a try counts that goes to a host of a cluster of this load, which is part of an aggregate one.
    CircuitBreaker at(ClusterLoad part) {
        return part.breaker(priority);
    }

    /// The request is over, or begins anew at another place; its retries, and its tries beside each other, have ended.
    void end() {
        if (counted) {
            counted = false;
            release(Resource.REQUESTS);
        }
        ofCluster = null;
        ofRoute = null;
    }

    private boolean tryAcquire(Resource resource) {
        if (ofCluster == null || (ofRoute != null && !ofRoute.tryAcquire(resource))) {
            return false;
        }
        if (isOfParts(resource) || ofCluster.tryAcquire(resource)) {
            return true;
        }
        if (ofRoute != null) {
            ofRoute.release(resource);
        }
        return false;
    }

    private boolean isOfParts(Resource resource) {
        return aggregate && resource == Resource.REQUESTS;
    }

    private void release(Resource resource) {
        if (ofCluster != null && !isOfParts(resource)) {
            ofCluster.release(resource);
        }
        if (ofRoute != null) {
            ofRoute.release(resource);
        }
    }
}
