package io.heddle.xds.client;

import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What of a candidate can go live while the rest is waited for: what is new or changed, and neither waits for anything
/// itself nor needs something that does and is not live in an older version that will do. Everything else stays as it
/// is live. Taken away are clusters that nothing live names, and listeners, unless one that waits is to take the place
/// of it: an address stays open until it is served otherwise.
///
/// What came together must not be torn: whatever is sent after something else was meant for the new version of that.
/// So endpoints wait with their cluster, routes with the listener that has them, and what names a cluster waits for it
/// unless the older version secures connections alike. The other way round an older part under a newer one does no
/// harm: that is the order in which servers send them.
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
            var waiting = changed(ResourceType.LDS).map(NamedResource::name).collect(Collectors.toSet());
            return References.prune(withoutListenersGone(accepted, waiting));
        }
        var clusters = coldClusters();
        var missing = unfit(clusters);
        var routes = cold(ResourceType.RDS, Set.of(), missing);
        var listeners = cold(ResourceType.LDS, absent(ResourceType.RDS, routes), missing);
        routes.addAll(routesOf(listeners));
        var part = accepted;
        for (var type : ResourceType.values()) {
            var waiting = switch (type) {
                case CDS -> clusters;
                case RDS -> routes;
                case LDS -> listeners;
                case VHDS -> coldHosts(routes, missing);
                case EDS -> SecuredEndpoints.namesOf(candidate, clusters);
                case SDS -> Set.<String>of();
            };
            part = part.with(
                    type,
                    changed(type)
                            .filter(resource -> !waiting.contains(resource.name()))
                            .toList());
        }
        return References.prune(withoutClustersGone(withoutListenersGone(part, listeners)));
    }

    /// `part` without the listeners that are to go, but for those on an address of one of `waiting`.
    private ResourceSet withoutListenersGone(ResourceSet part, Set<String> waiting) {
        var gone = new HashSet<>(accepted.resources(ResourceType.LDS).keySet());
        gone.removeAll(candidate.resources(ResourceType.LDS).keySet());
        if (!gone.isEmpty() && !waiting.isEmpty()) {
            var coming = new ListenerAddresses();
            waiting.forEach(name -> coming.add(candidate, name));
            gone.removeIf(name -> coming.areAlsoOf(accepted, name));
        }
        return part.without(ResourceType.LDS, gone);
    }

    /// `part` without the clusters that are to go, as far as nothing in it names them.
    private ResourceSet withoutClustersGone(ResourceSet part) {
        var gone = new HashSet<>(accepted.resources(ResourceType.CDS).keySet());
        gone.removeAll(candidate.resources(ResourceType.CDS).keySet());
        if (gone.isEmpty()) {
            return part;
        }
        var names = new WrittenNames(gone);
        var rest = part.without(ResourceType.CDS, gone);
        var looked = Stream.of(ResourceType.LDS, ResourceType.RDS, ResourceType.VHDS, ResourceType.CDS)
                .flatMap(type -> rest.resources(type).values().stream())
                .toList();
        while (!looked.isEmpty()) {
            var needed = new HashSet<String>();
            looked.forEach(
                    resource -> needed.addAll(names.foundIn(resource.body().getValue())));
            needed.retainAll(gone);
            gone.removeAll(needed);
            // A cluster of clusters that stays keeps its members.
            looked = needed.stream()
                    .flatMap(name -> part.resource(ResourceType.CDS, name).stream())
                    .toList();
        }
        return part.without(ResourceType.CDS, gone);
    }

    /// The live routes that the live versions of these listeners have.
    private Set<String> routesOf(Set<String> listeners) {
        var older = listeners.stream()
                .flatMap(name -> accepted.resource(ResourceType.LDS, name).stream())
                .toList();
        var routes = new HashSet<>(References.names(ResourceType.RDS, ResourceType.LDS, older));
        routes.retainAll(accepted.resources(ResourceType.RDS).keySet());
        return routes;
    }

    /// The virtual hosts that wait, those of routes that do among them.
    private Set<String> coldHosts(Set<String> routes, Set<String> clusters) {
        var cold = cold(ResourceType.VHDS, Set.of(), clusters);
        changed(ResourceType.VHDS)
                .map(NamedResource::name)
                .filter(name -> routes.contains(References.referred(ResourceType.VHDS, name)))
                .forEach(cold::add);
        return cold;
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

    /// Those clusters of which no older version is live that secures connections alike.
    private Set<String> unfit(Set<String> clusters) {
        var unfit = new HashSet<String>();
        for (var name : clusters) {
            var live = accepted.resource(ResourceType.CDS, name);
            var coming = candidate.resource(ResourceType.CDS, name);
            if (live.isEmpty() || coming.isEmpty() || !SecuredEndpoints.alike(live.get(), coming.get())) {
                unfit.add(name);
            }
        }
        return unfit;
    }

    /// The clusters that wait; a cluster of clusters waits for its members.
    private Set<String> coldClusters() {
        var cold = new HashSet<>(hostsAwaited);
        while (true) {
            var more = cold(ResourceType.CDS, Set.of(), unfit(cold));
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
