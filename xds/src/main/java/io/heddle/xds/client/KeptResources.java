package io.heddle.xds.client;

import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// What a server of state of the world takes for known here, since it was acknowledged, though it came for a candidate
/// that was dropped, or nobody refers to it now. Not thread-safe.
final class KeptResources {
    /// How many resources of a type are kept that nobody refers to now.
    private static final int MOST = 1000;

    private final Map<ResourceType, Map<String, NamedResource>> byType = new EnumMap<>(ResourceType.class);

    /// Keeps what came, while `subscribed` is asked for.
    void add(ResourceType type, List<NamedResource> came, Set<String> subscribed) {
        var kept = byType.computeIfAbsent(type, _ -> new LinkedHashMap<>());
        for (var resource : came) {
            kept.remove(resource.name());
            kept.put(resource.name(), resource);
        }
        var oldest = kept.keySet().iterator();
        for (int over = kept.size() - subscribed.size() - MOST; over > 0 && oldest.hasNext(); ) {
            if (!subscribed.contains(oldest.next())) {
                oldest.remove();
                over--;
            }
        }
    }

    /// What of it `set` refers to.
    Map<ResourceType, List<NamedResource>> referredBy(ResourceSet set) {
        var found = new EnumMap<ResourceType, List<NamedResource>>(ResourceType.class);
        if (byType.isEmpty()) {
            return found;
        }
        References.of(set).forEach((type, names) -> {
            var kept = byType.getOrDefault(type, Map.of());
            found.put(
                    type,
                    names.keySet().stream()
                            .flatMap(name -> Stream.ofNullable(kept.get(name)))
                            .toList());
        });
        return found;
    }

    /// These are not to be used again.
    void remove(ResourceType type, Collection<String> names) {
        byType.getOrDefault(type, new LinkedHashMap<>()).keySet().removeAll(names);
    }

    /// A refused resource is not tried again until the server sends another one under its name; the good one that stays
    /// is kept instead.
    void refused(Quarantine.Outcome outcome, ResourceSet accepted) {
        byType.forEach((type, kept) -> outcome.blamed()
                .getOrDefault(type, Map.of())
                .keySet()
                .forEach(name -> {
                    kept.remove(name);
                    accepted.resource(type, name).ifPresent(good -> kept.put(name, good));
                }));
    }

    /// The stream is gone.
    void clear() {
        byType.clear();
    }
}
