package io.heddle.proxy.upstream;

import io.heddle.model.name.Locality;
import io.heddle.traffic.balance.BalancerPolicy.Localities;
import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.balance.host.Surroundings;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.Home;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/// How many proxies of this one's kind run where, by the hosts of the local cluster: what balancing by zones goes by.
///
/// @param home where this one runs
/// @param peers the healthy hosts of the local cluster by locality
/// @param weights the sums of their weights
record Neighbourhood(Home home, Map<Locality, Long> peers, Map<Locality, Long> weights) {
    /// Nobody.
    static Neighbourhood nobody(Home home) {
        return new Neighbourhood(home, Map.of(), Map.of());
    }

    /// These endpoints, the local cluster's.
    static Neighbourhood of(Home home, List<Endpoint> endpoints) {
        var peers = new HashMap<Locality, Long>();
        var weights = new HashMap<Locality, Long>();
        for (var endpoint : endpoints) {
            if (endpoint.health() == Endpoint.Health.HEALTHY) {
                peers.merge(endpoint.locality(), 1L, Long::sum);
                weights.merge(endpoint.locality(), (long) endpoint.weight(), Long::sum);
            }
        }
        return new Neighbourhood(home, Map.copyOf(peers), Map.copyOf(weights));
    }

    /// Whether `cluster` is balanced by it.
    boolean concerns(Cluster cluster) {
        return !home.cluster().isEmpty() && cluster.balancer().layers().localities() instanceof Localities.ZoneAware;
    }

    /// What a balancer may know, in a cluster that has `active` requests under way.
    Surroundings around(LongSupplier active) {
        return new Surroundings(home.locality(), peers, weights, active);
    }
}
