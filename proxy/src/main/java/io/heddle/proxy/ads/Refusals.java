package io.heddle.proxy.ads;

import io.heddle.model.problem.Problem;
import io.heddle.xds.client.ConfigSink;
import io.heddle.xds.resource.RefusedResource;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The resources that were refused last, each until it is accepted in another version or nobody speaks of it any more.
/// Safe on any thread.
final class Refusals {
    private static final int MOST = 1000;

    private final Map<ResourceType, Map<String, RefusedResource>> byType = new EnumMap<>(ResourceType.class);

    /// Notes what was refused.
    synchronized void add(ConfigSink.Refusal refusal, Instant now) {
        for (var type : ResourceType.values()) {
            var known = byType.computeIfAbsent(type, _ -> new TreeMap<>());
            refusal.resources().resources(type).forEach((name, resource) -> {
                if (known.size() < MOST || known.containsKey(name)) {
                    known.put(name, new RefusedResource(type, resource, now, details(refusal, type.object(name))));
                }
            });
        }
    }

    private static String details(ConfigSink.Refusal refusal, String object) {
        return refusal.problems().stream()
                .filter(problem -> problem.object().equals(object))
                .map(Problem::toString)
                .collect(Collectors.joining("\n"));
    }

    /// A set went live: what it has under another version than before is good again. What it does not change stays
    /// refused.
    synchronized void accepted(ResourceSet before, ResourceSet live) {
        byType.forEach((type, known) -> known.keySet().removeIf(name -> {
            var now = live.resource(type, name);
            return !now.equals(before.resource(type, name));
        }));
    }

    /// The server takes them back.
    synchronized void withdrawn(ResourceType type, Collection<String> names) {
        byType.getOrDefault(type, Map.of()).keySet().removeAll(names);
    }

    /// All of them, by type and name.
    synchronized List<RefusedResource> all() {
        return byType.values().stream()
                .flatMap(known -> known.values().stream())
                .toList();
    }
}
