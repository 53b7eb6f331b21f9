package io.heddle.traffic.explain;

import io.heddle.traffic.balance.AggregateBalancer;
import io.heddle.traffic.balance.BuiltinBalancers;
import io.heddle.traffic.balance.HashedBalancer;
import io.heddle.traffic.balance.LoadBalancer;
import io.heddle.traffic.balance.PickRequest;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.balance.host.HostSet;
import io.heddle.traffic.balance.host.HostState;
import io.heddle.traffic.balance.host.Surroundings;
import io.heddle.traffic.runtime.Cluster;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The clusters of a configuration, as they are before the first request: nothing is under way, nobody is ejected,
/// names are not resolved, and where other proxies run is not known. Confined to a thread.
public final class ConfiguredClusters implements Clusters {
    private final Map<String, Cluster> clusters;
    private final Map<String, Part> made = new HashMap<>();

    private record Part(List<Host> hosts, Map<String, Host> byKey, LoadBalancer balancer) {}

    /// Those by name.
    public ConfiguredClusters(Map<String, Cluster> clusters) {
        this.clusters = Map.copyOf(clusters);
    }

    @Override
    public Optional<Known> cluster(String name) {
        return Optional.ofNullable(clusters.get(name)).map(cluster -> {
            var part = part(cluster);
            return new Known(cluster, part.hosts(), request -> pick(cluster, part, request));
        });
    }

    private static Optional<Host> pick(Cluster cluster, Part part, PickRequest request) {
        var wanted = request.requestedHost();
        if (wanted.isEmpty()) {
            return part.balancer().pick(request);
        }
        var healths = cluster.balancer().layers().overridable();
        var found = wanted.get().among(part.byKey(), healths, request);
        return found.isPresent() || wanted.get().strict()
                ? found
                : part.balancer().pick(request);
    }

    /// Configuration has no circles of aggregate clusters.
    private Part part(Cluster cluster) {
        var known = made.get(cluster.name());
        if (known != null) {
            return known;
        }
        var fresh = cluster.discovery() instanceof Cluster.Discovery.Aggregate(var names)
                ? aggregate(names)
                : single(cluster);
        made.put(cluster.name(), fresh);
        return fresh;
    }

    private Part aggregate(List<String> names) {
        var hosts = new ArrayList<Host>();
        var balancers = new ArrayList<LoadBalancer>();
        var byKey = new LinkedHashMap<String, Host>();
        for (var name : names) {
            Optional.ofNullable(clusters.get(name)).ifPresent(cluster -> {
                var part = part(cluster);
                hosts.addAll(part.hosts());
                part.byKey().forEach(byKey::putIfAbsent);
                balancers.add(new HashedBalancer(cluster.balancer().hashPolicies(), part.balancer()));
            });
        }
        return new Part(hosts, byKey, new AggregateBalancer(balancers));
    }

    private static Part single(Cluster cluster) {
        var byKey = new LinkedHashMap<String, Host>();
        cluster.endpoints()
                .endpoints()
                .forEach(endpoint -> byKey.putIfAbsent(endpoint.key(), new Host(endpoint, new HostState())));
        var hosts = List.copyOf(byKey.values());
        var set = new HostSet(hosts, cluster.endpoints().spread(), Surroundings.NONE);
        return new Part(hosts, byKey, BuiltinBalancers.create(cluster.balancer(), set));
    }
}
