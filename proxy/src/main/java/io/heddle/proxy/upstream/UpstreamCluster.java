package io.heddle.proxy.upstream;

import io.heddle.traffic.balance.Host;
import io.heddle.traffic.balance.HostState;
import io.heddle.traffic.balance.LoadBalancer;
import io.heddle.traffic.balance.PickRequest;
import io.heddle.traffic.resilience.CircuitBreaker;
import io.heddle.traffic.runtime.Cluster;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;

/// A cluster in use: as configured, with its balancer and its hosts. Immutable but for the live state it points to;
/// safe on any thread.
public final class UpstreamCluster {
    private final Cluster cluster;
    private final LoadBalancer balancer;
    private final CircuitBreaker breaker;
    private final Map<String, Host> hosts;
    private final IdentityHashMap<HostState, UpstreamTarget> targets;
    private final Optional<OriginalDestinations> destinations;

    UpstreamCluster(
            Cluster cluster,
            LoadBalancer balancer,
            CircuitBreaker breaker,
            Map<String, Host> hosts,
            IdentityHashMap<HostState, UpstreamTarget> targets,
            Optional<OriginalDestinations> destinations) {
        this.cluster = cluster;
        this.balancer = balancer;
        this.breaker = breaker;
        this.hosts = hosts;
        this.targets = targets;
        this.destinations = destinations;
    }

    /// As configured.
    public Cluster cluster() {
        return cluster;
    }

    /// What it has under way.
    public CircuitBreaker breaker() {
        return breaker;
    }

    /// The host to take.
    public Optional<Host> pick(PickRequest request) {
        if (destinations.isPresent()) {
            return request.destination().map(destinations.get()::host);
        }
        return balancer.pick(request);
    }

    /// The hosts that clients named, when this is a cluster of original destinations.
    Optional<OriginalDestinations> destinations() {
        return destinations;
    }

    /// Its hosts by endpoint key.
    public Map<String, Host> hosts() {
        return hosts;
    }

    UpstreamTarget target(Host host) {
        if (destinations.isPresent()) {
            return destinations.get().target(host);
        }
        var target = targets.get(host.state());
        if (target == null) {
            throw new IllegalStateException("the balancer picked a host of another cluster: " + host);
        }
        return target;
    }
}
