package io.heddle.xds.client;

import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// What of a candidate can go live while the rest is waited for: what is new or changed, and neither waits for anything
/// itself nor needs something that does and is not live in an older version. Everything else stays as it is live, and
/// nothing is taken away, but listeners where none is waited for.
///
/// @param candidate what there shall be; it follows `accepted`
/// @param accepted what is live
/// @param awaited what the candidate refers to and has not come; of clusters, that not all are known
/// @param hostsAwaited the clusters whose hosts are not known
record ReadyPart(
        ResourceSet candidate, ResourceSet accepted, Map<ResourceType, Set<String>> awaited, Set<String> hostsAwaited) {
    ReadyPart {
        awaited = Map.copyOf(awaited);
        hostsAwaited = Set.copyOf(hostsAwaited);
    }

    /// The resources that can be live now.
    ResourceSet resources() {
        if (awaited.containsKey(ResourceType.CDS)) {
            return accepted;
        }
        var clusters = coldClusters();
        var missing = absent(ResourceType.CDS, clusters);
        var routes = cold(ResourceType.RDS, Set.of(), missing);
        var listeners = cold(ResourceType.LDS, absent(ResourceType.RDS, routes), missing);
        var part = accepted;
        for (var type : ResourceType.values()) {
            var waiting = switch (type) {
                case CDS -> clusters;
                case RDS -> routes;
                case LDS -> listeners;
                case VHDS -> cold(type, Set.of(), missing);
                case EDS -> endpointsOf(clusters); // an older version may not know how to speak to new ones
                case SDS -> Set.<String>of();
            };
            part = part.with(
                    type,
                    changed(type)
                            .filter(resource -> !waiting.contains(resource.name()))
                            .toList());
        }
        if (listeners.isEmpty()) {
            var gone = new HashSet<>(accepted.resources(ResourceType.LDS).keySet());
            gone.removeAll(candidate.resources(ResourceType.LDS).keySet());
            part = part.without(ResourceType.LDS, gone);
        }
        return References.prune(part);
    }

    /// The endpoints that clusters as they come refer to.
    private Set<String> endpointsOf(Set<String> clusters) {
        var coming = clusters.stream()
                .flatMap(name -> candidate.resource(ResourceType.CDS, name).stream())
                .toList();
        return References.of(ResourceSet.EMPTY.with(ResourceType.CDS, coming))
                .getOrDefault(ResourceType.EDS, Map.of())
                .keySet();
    }

    private Stream<NamedResource> changed(ResourceType type) {
        return candidate.resources(type).values().stream()
                .filter(resource -> !accepted.resource(type, resource.name()).equals(Optional.of(resource)));
    }

    /// Those of which no older version is live.
    private Set<String> absent(ResourceType type, Set<String> names) {
        var absent = new HashSet<>(names);
        absent.removeAll(accepted.resources(type).keySet());
        return absent;
    }

    /// The clusters that wait; a cluster of clusters waits for its members.
    private Set<String> coldClusters() {
        var cold = new HashSet<>(hostsAwaited);
        while (true) {
            var more = cold(ResourceType.CDS, Set.of(), absent(ResourceType.CDS, cold));
            if (!cold.addAll(more)) {
                return cold;
            }
        }
    }

    /// Those that refer to what is awaited, to one of `routes`, or that may name one of `clusters`.
    private Set<String> cold(ResourceType type, Set<String> routes, Set<String> clusters) {
        var names = new WrittenNames(clusters);
        var cold = new HashSet<String>();
        changed(type)
                .filter(resource -> waits(type, resource, routes)
                        || names.areIn(resource.body().getValue()))
                .forEach(resource -> cold.add(resource.name()));
        return cold;
    }

    private boolean waits(ResourceType type, NamedResource resource, Set<String> routes) {
        var own = References.of(ResourceSet.EMPTY.with(type, List.of(resource)));
        return own.entrySet().stream()
                .anyMatch(entry -> entry.getValue().keySet().stream()
                        .anyMatch(name ->
                                awaited.getOrDefault(entry.getKey(), Set.of()).contains(name)
                                        || (entry.getKey() == ResourceType.RDS && routes.contains(name))));
    }
}
