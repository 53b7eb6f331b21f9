package io.heddle.proxy.upstream;

import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.upstream.connect.UpstreamTarget;
import io.heddle.proxy.upstream.name.DynamicHosts;
import io.heddle.proxy.upstream.name.HostWait;
import io.heddle.traffic.balance.LoadBalancer;
import io.heddle.traffic.balance.PickRequest;
import io.heddle.traffic.balance.RequestedHost;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.balance.host.HostState;
import io.heddle.traffic.filter.HostCount;
import io.heddle.traffic.hash.HashPolicy;
import io.heddle.traffic.resilience.CircuitBreaker;
import io.heddle.traffic.resilience.ClusterLoad;
import io.heddle.traffic.resilience.ConnectionCounts;
import io.heddle.traffic.resilience.RoutingPriority;
import io.heddle.traffic.resilience.health.OutlierMonitor;
import io.heddle.traffic.runtime.Cluster;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A cluster in use: as configured, with its balancer and its hosts. Immutable but for the live state it points to;
/// safe on any thread.
public final class UpstreamCluster {
    private final Cluster cluster;
    private final LoadBalancer balancer;
    private final ClusterLoad load;
    private final ClusterCounts counts;
    private final Hosts hosts;
    private final List<HashPolicy> hashPolicies;
    private final Learning learning;
    private final Optional<PredictedHosts> predicted;
    private final Map<String, Host> byAddress;

    /// Where a cluster's hosts are.
    sealed interface Hosts {
        /// They are known.
        ///
        /// @param byKey by their key
        /// @param targets how each is reached
        record Known(Map<String, Host> byKey, IdentityHashMap<HostState, UpstreamTarget> targets) implements Hosts {}

        /// They are whatever clients name.
        record Named(OriginalDestinations destinations) implements Hosts {}

        /// They are whatever requests name.
        ///
        /// @param hosts those
        record Dynamic(DynamicHosts hosts) implements Hosts {}

        /// They are those of other clusters, which know theirs.
        record OfOthers(List<UpstreamCluster> parts) implements Hosts {}
    }

    UpstreamCluster(Cluster cluster, LoadBalancer balancer, ClusterLoad load, ClusterCounts counts, Hosts hosts) {
        this.cluster = cluster;
        this.balancer = balancer;
        this.load = load;
        this.counts = counts;
        this.hosts = hosts;
        this.byAddress = byAddress(hosts);
        this.hashPolicies = cluster.balancer().hashPolicies();
        this.learning = Learning.of(cluster.balancer());
        double ratio = cluster.opening().predictive();
        this.predicted =
                ratio > 1 && hosts instanceof Hosts.Known && cluster.balancer().isPredictable()
                        ? Optional.of(new PredictedHosts(balancer, ratio))
                        : Optional.empty();
    }

    /// The hosts as requests name them; a host found by a name of its own is kept by that elsewhere.
    private static Map<String, Host> byAddress(Hosts hosts) {
        if (!(hosts instanceof Hosts.Known(var byKey, var _))) {
            return Map.of();
        }
        boolean same = byKey.entrySet().stream()
                .allMatch(
                        host -> host.getKey().equals(host.getValue().endpoint().key()));
        if (same) {
            return byKey;
        }
        var byAddress = new HashMap<String, Host>();
        byKey.values().forEach(host -> byAddress.putIfAbsent(host.endpoint().key(), host));
        return byAddress;
    }

    /// As configured.
    public Cluster cluster() {
        return cluster;
    }

    /// What it has under way, and what became of its retries.
    public ClusterLoad load() {
        return load;
    }

    /// What became of its hosts, and of choosing among them.
    public ClusterCounts counts() {
        return counts;
    }

    /// What the cluster has under way whose host this is: this one, or, when its hosts are those of others, one of
    /// these.
    public ClusterLoad load(Host host) {
        if (!(hosts instanceof Hosts.OfOthers(var parts))) {
            return load;
        }
        for (int i = 0; i < parts.size(); i++) {
            if (parts.get(i).find(host) != null) {
                return parts.get(i).load(host);
            }
        }
        return load;
    }

    /// Whether its hosts are those of other clusters.
    public boolean isAggregate() {
        return hosts instanceof Hosts.OfOthers;
    }

    /// What requests of the usual priority have under way.
    public CircuitBreaker breaker() {
        return load.breaker(RoutingPriority.DEFAULT);
    }

    LoadBalancer balancer() {
        return balancer;
    }

    /// The host to take: the one that the request asks for, where it is there and well enough, else one by balancing.
    /// In a cluster of original destinations the connection says where to go, and nothing else.
    public Optional<Host> pick(PickRequest request) {
        return counted(choose(request), request);
    }

    private Optional<Host> counted(Optional<Host> picked, PickRequest request) {
        if (picked.isEmpty() && request.counts()) {
            load.connections().count(ConnectionCounts.Figure.NONE_HEALTHY);
        }
        return picked;
    }

    private Optional<Host> choose(PickRequest request) {
        var wanted = request.requestedHost();
        if (wanted.isEmpty() || hosts instanceof Hosts.Named) {
            return balancer.pick(request);
        }
        var found = find(wanted.get(), request);
        return found.isPresent() || wanted.get().strict() ? found : balancer.pick(request);
    }

    /// As [#pick], on the loop of `worker`, where this is called: the host may have been picked ahead, and
    /// others are for the requests that come next there.
    public Optional<Host> pick(Worker worker, PickRequest request) {
        return predicted.isEmpty() || request.requestedHost().isPresent()
                ? pick(request)
                : counted(predicted.get().pick(worker.index(), request), request);
    }

    Optional<PredictedHosts> predicted() {
        return predicted;
    }

    private Optional<Host> find(RequestedHost wanted, PickRequest request) {
        return switch (hosts) {
            case Hosts.Known _ ->
                wanted.among(byAddress, cluster.balancer().layers().overridable(), request);
            case Hosts.OfOthers(var parts) -> {
                Optional<Host> found = Optional.empty();
                for (int i = 0; i < parts.size() && found.isEmpty(); i++) {
                    found = parts.get(i).find(wanted, request);
                }
                yield found;
            }
            case Hosts.Named _, Hosts.Dynamic _ -> Optional.empty();
        };
    }

    /// What of a request is hashed to place it, instead of what its route says; empty for as the route says.
    public List<HashPolicy> hashPolicies() {
        return hashPolicies;
    }

    /// The hosts that clients named, when this is a cluster of original destinations.
    Optional<OriginalDestinations> destinations() {
        return hosts instanceof Hosts.Named(var destinations) ? Optional.of(destinations) : Optional.empty();
    }

    /// The clusters whose hosts these are, when this is an aggregate one.
    List<UpstreamCluster> parts() {
        return hosts instanceof Hosts.OfOthers(var parts) ? parts : List.of();
    }

    /// Its own hosts by endpoint key, or by the names that requests gave them.
    public Map<String, Host> hosts() {
        return switch (hosts) {
            case Hosts.Known(var byKey, var _) -> byKey;
            case Hosts.Dynamic(var named) -> named.hosts();
            case Hosts.Named _, Hosts.OfOthers _ -> Map.of();
        };
    }

    /// How many hosts it has, and how many of them take requests at `now`. An aggregate cluster has none of its own.
    public HostCount count(long now) {
        int taking = 0;
        for (var host : hosts().values()) {
            boolean serves = switch (host.endpoint().health()) {
                case HEALTHY, UNKNOWN, DEGRADED -> true;
                case DRAINING, UNHEALTHY -> false;
            };
            taking += serves && !host.state().isOut(now) ? 1 : 0;
        }
        return new HostCount(hosts().size(), taking);
    }

    /// Whether each request names its host, so that it is found by [#find] and not by [#pick].
    public boolean namesHosts() {
        return hosts instanceof Hosts.Dynamic;
    }

    /// Finds the host that `authority` names for the listener of `wait`, within the call or later, on the loop of
    /// `worker`, where this is called.
    public void find(String authority, Worker worker, HostWait wait) {
        if (!(hosts instanceof Hosts.Dynamic(var named))) {
            throw new IllegalStateException("the cluster has hosts of its own: " + cluster.name());
        }
        named.find(authority, worker, wait);
    }

    /// It is not in use any more.
    void close() {
        if (hosts instanceof Hosts.Dynamic(var named)) {
            named.close();
        }
    }

    UpstreamTarget target(Host host) {
        var found = find(host);
        if (found == null) {
            throw new IllegalStateException("the balancer picked a host of another cluster: " + host);
        }
        return found;
    }

    /// Who hears of what `host` does; empty where its cluster does not look for outliers, and for a host that is known
    /// no more.
    public Optional<OutlierMonitor> monitor(Host host) {
        var found = find(host);
        return found == null ? Optional.empty() : found.outliers();
    }

    /// What the balancer that picked `host` wants to know of its answers.
    public Learning learning(Host host) {
        if (!(hosts instanceof Hosts.OfOthers(var parts))) {
            return learning;
        }
        for (int i = 0; i < parts.size(); i++) {
            if (parts.get(i).find(host) != null) {
                return parts.get(i).learning(host);
            }
        }
        return Learning.NOTHING;
    }

    private @Nullable UpstreamTarget find(Host host) {
        return switch (hosts) {
            case Hosts.Known(var _, var targets) -> targets.get(host.state());
            case Hosts.Named(var destinations) -> destinations.target(host);
            case Hosts.Dynamic(var named) -> named.target(host);
            case Hosts.OfOthers(var parts) -> {
                UpstreamTarget found = null;
                for (int i = 0; i < parts.size() && found == null; i++) {
                    found = parts.get(i).find(host);
                }
                yield found;
            }
        };
    }
}
