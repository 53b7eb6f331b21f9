package io.heddle.xds.client;

import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;

/// Endpoints that a server does not send in time to a process that has just begun: those of the configuration that was
/// good before it began, as a process that was never restarted would have kept them.
///
/// Only for clusters that are the same now as they were then, since endpoints belong to how their cluster speaks to
/// them; and not for what the server says does not exist.
final class LateEndpoints {
    private LateEndpoints() {}

    /// `candidate` with what there is of the endpoints `late` from before; `sink` hears of it.
    static ResourceSet ofBefore(ConfigSink sink, ResourceSet candidate, Collection<String> late) {
        var before = sink.lastGood();
        var found = new ArrayList<NamedResource>();
        for (var name : late) {
            before.resource(ResourceType.EDS, name)
                    .filter(_ -> isSame(References.to(ResourceType.EDS, Set.of(name), candidate), candidate, before))
                    .ifPresent(found::add);
        }
        if (!found.isEmpty()) {
            sink.fellBack(found.stream().map(NamedResource::name).toList());
        }
        return candidate.with(ResourceType.EDS, found);
    }

    private static boolean isSame(Collection<String> clusters, ResourceSet now, ResourceSet before) {
        return clusters.stream()
                .allMatch(
                        name -> isSame(now.resource(ResourceType.CDS, name), before.resource(ResourceType.CDS, name)));
    }

    private static boolean isSame(Optional<NamedResource> now, Optional<NamedResource> before) {
        return now.map(NamedResource::body).equals(before.map(NamedResource::body));
    }
}
