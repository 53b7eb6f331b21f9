package io.heddle.xds.client;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// The endpoints of clusters that are to secure their connections otherwise than they do. Not thread-safe.
///
/// Endpoints belong to the version of their cluster that they were sent for: another version may speak plaintext to
/// hosts that are to be spoken to by TLS. So such a cluster waits until its endpoints came once more, as in Envoy; and
/// when its new version is refused, endpoints that come with it or later are refused too, until the server says
/// something else of the cluster. A cluster that changes in anything else keeps the endpoints that it has.
final class SecuredEndpoints {
    /// Endpoints by name as they were, of clusters that wait for new ones.
    private final Map<String, NamedResource> setAside = new HashMap<>();
    /// Clusters whose last version was refused, and by it the older one that is live secures otherwise.
    private final Set<String> refused = new TreeSet<>();
    /// Endpoints that were refused with those.
    private final Map<String, NamedResource> kept = new HashMap<>();

    /// Whether the two versions of a cluster secure their connections alike.
    static boolean alike(NamedResource one, NamedResource other) {
        if (one.equals(other)) {
            return true;
        }
        var before = one.message(Cluster.class);
        var after = other.message(Cluster.class);
        return before.getTransportSocket().equals(after.getTransportSocket())
                && before.getTransportSocketMatchesList().equals(after.getTransportSocketMatchesList());
    }

    /// The names of the endpoints that these clusters of `set` refer to.
    static Set<String> namesOf(ResourceSet set, Collection<String> clusters) {
        var chosen = clusters.stream()
                .flatMap(name -> set.resource(ResourceType.CDS, name).stream())
                .toList();
        return References.names(ResourceType.EDS, ResourceType.CDS, chosen);
    }

    /// The server has spoken of clusters.
    ///
    /// @param next the candidate with what it said; it followed `before`, and `accepted` is live
    /// @return `next` without the endpoints that are to come again
    ResourceSet clustersCame(ResourceSet next, ResourceSet before, ResourceSet accepted, Collection<String> names) {
        var result = next;
        for (var name : names) {
            if (refused.remove(name)) {
                result = putBack(result, kept, namesOf(accepted, List.of(name)));
            }
            result = cameOne(result, before, accepted, name);
        }
        return result;
    }

    private ResourceSet cameOne(ResourceSet next, ResourceSet before, ResourceSet accepted, String name) {
        var now = next.resource(ResourceType.CDS, name);
        var was = before.resource(ResourceType.CDS, name);
        var endpoints = namesOf(next, List.of(name));
        if (now.isEmpty() || was.isEmpty() || !endpoints.equals(namesOf(before, List.of(name)))) {
            return next;
        }
        if (accepted.resource(ResourceType.CDS, name)
                .filter(live -> alike(live, now.get()))
                .isPresent()) {
            return putBack(next, setAside, endpoints); // It stays as it is, after all.
        }
        if (alike(was.get(), now.get())) {
            return next;
        }
        for (var endpoint : endpoints) {
            next.resource(ResourceType.EDS, endpoint).ifPresent(known -> setAside.put(endpoint, known));
        }
        return next.without(ResourceType.EDS, endpoints);
    }

    private static ResourceSet putBack(ResourceSet set, Map<String, NamedResource> from, Collection<String> names) {
        var result = set;
        for (var name : names) {
            var known = Optional.ofNullable(from.remove(name));
            result = result.with(ResourceType.EDS, known.stream().toList());
        }
        return result;
    }

    /// The server has spoken of endpoints.
    void endpointsCame(Collection<String> names) {
        setAside.keySet().removeAll(names);
        kept.keySet().removeAll(names);
    }

    /// The names of the endpoints that are to come again.
    Set<String> awaited() {
        return Set.copyOf(setAside.keySet());
    }

    /// The server does not send some of `givenUp` again: what there was of them goes on, and they are taken out of it.
    ResourceSet gaveUp(ResourceSet candidate, Set<String> givenUp) {
        var names = new TreeSet<>(givenUp);
        names.retainAll(setAside.keySet());
        givenUp.removeAll(names);
        return putBack(candidate, setAside, names);
    }

    /// The names of endpoints that must stay as they are in `accepted`, since what would know how to speak to newer
    /// ones was refused.
    Set<String> bound(ResourceSet accepted) {
        return refused.isEmpty() ? Set.of() : namesOf(accepted, refused);
    }

    /// `candidate` with the endpoints that must stay as they are.
    ResourceSet withBound(ResourceSet candidate, ResourceSet accepted) {
        var result = candidate;
        for (var name : bound(accepted)) {
            result = result.without(ResourceType.EDS, List.of(name));
            result = result.with(
                    ResourceType.EDS,
                    accepted.resource(ResourceType.EDS, name).stream().toList());
        }
        return result;
    }

    /// Takes note of what was refused, while `accepted` is live.
    void refused(Quarantine.Outcome outcome, ResourceSet accepted) {
        outcome.resources().resources(ResourceType.CDS).forEach((name, resource) -> {
            if (accepted.resource(ResourceType.CDS, name)
                    .filter(live -> !alike(live, resource))
                    .isPresent()) {
                refused.add(name);
            }
        });
        var bound = bound(accepted);
        outcome.resources().resources(ResourceType.EDS).forEach((name, resource) -> {
            if (bound.contains(name)) {
                kept.put(name, resource);
            }
        });
    }

    /// Nothing is waited for: the candidate is settled.
    void settle() {
        setAside.clear();
    }

    /// The stream is gone.
    void forget() {
        setAside.clear();
        refused.clear();
        kept.clear();
    }
}
