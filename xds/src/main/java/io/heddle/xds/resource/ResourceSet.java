package io.heddle.xds.resource;

import com.google.protobuf.Message;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Everything that one proxy is to have: resources by type and name. Immutable and thread-safe; a changed set
/// shares the types that did not change. Two sets are equal when their resources are.
public final class ResourceSet {
    /// The set without resources.
    public static final ResourceSet EMPTY = new ResourceSet(new EnumMap<>(ResourceType.class));

    private final Map<ResourceType, SortedMap<String, NamedResource>> byType;
    /// Computed when asked for: most sets are steps on the way to another.
    private final Map<ResourceType, String> versions = new ConcurrentHashMap<>();

    private ResourceSet(Map<ResourceType, SortedMap<String, NamedResource>> byType) {
        this.byType = byType;
    }

    /// The set of these messages; of two with the same type and name, the later one stays.
    ///
    /// @throws IllegalArgumentException when one is none of the messages of [ResourceType]
    public static ResourceSet of(Collection<? extends Message> messages) {
        var resources = messages.stream().map(NamedResource::of).toList();
        var byType = new EnumMap<ResourceType, SortedMap<String, NamedResource>>(ResourceType.class);
        for (var resource : resources) {
            byType.computeIfAbsent(typeOf(resource), _ -> new TreeMap<>()).put(resource.name(), resource);
        }
        return new ResourceSet(byType);
    }

    /// The set of these messages.
    public static ResourceSet of(Message... messages) {
        return of(List.of(messages));
    }

    /// This set with these resources added or replaced.
    public ResourceSet with(ResourceType type, Collection<NamedResource> added) {
        return changed(type, added, List.of());
    }

    /// This set with the resources of another added or replaced.
    public ResourceSet with(ResourceSet other) {
        var next = this;
        for (var type : ResourceType.values()) {
            next = next.with(type, other.resources(type).values());
        }
        return next;
    }

    /// This set without the resources of these names.
    public ResourceSet without(ResourceType type, Collection<String> names) {
        return changed(type, List.of(), names);
    }

    /// All resources of a type, by name.
    public SortedMap<String, NamedResource> resources(ResourceType type) {
        var found = byType.get(type);
        return found == null ? Collections.emptySortedMap() : Collections.unmodifiableSortedMap(found);
    }

    /// One resource.
    public Optional<NamedResource> resource(ResourceType type, String name) {
        return Optional.ofNullable(resources(type).get(name));
    }

    /// One resource, unpacked.
    ///
    /// @throws IllegalStateException when it is not a `T`
    public <T extends Message> Optional<T> message(ResourceType type, String name, Class<T> as) {
        return resource(type, name).map(found -> found.message(as));
    }

    /// All resources of a type, unpacked, in the order of their names.
    ///
    /// @throws IllegalStateException when one is not a `T`
    public <T extends Message> List<T> messages(ResourceType type, Class<T> as) {
        return resources(type).values().stream().map(found -> found.message(as)).toList();
    }

    /// A hash over the names and versions of a type's resources.
    public String version(ResourceType type) {
        return versions.computeIfAbsent(type, this::computed);
    }

    private String computed(ResourceType type) {
        var ofType = new TreeMap<String, String>();
        resources(type).forEach((name, resource) -> ofType.put(name, resource.version()));
        return versionOf(ofType);
    }

    /// A hash over all resources.
    public String version() {
        var all = Stream.of(ResourceType.values()).map(this::version).collect(Collectors.joining(" "));
        return NamedResource.hash(all.getBytes(StandardCharsets.UTF_8));
    }

    /// The version of a type of which a client has these resources.
    ///
    /// @param versions resource name → its version, in the order of the names
    public static String versionOf(SortedMap<String, String> versions) {
        var text = new StringBuilder();
        versions.forEach(
                (name, version) -> text.append(name).append(' ').append(version).append('\n'));
        return NamedResource.hash(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /// How many resources there are.
    public int size() {
        return byType.values().stream().mapToInt(Map::size).sum();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ResourceSet that && byType.equals(that.byType);
    }

    @Override
    public int hashCode() {
        return byType.hashCode();
    }

    /// The resources' names by type, for people.
    @Override
    public String toString() {
        var names = new EnumMap<ResourceType, Collection<String>>(ResourceType.class);
        byType.forEach((type, resources) -> names.put(type, resources.keySet()));
        return names.toString();
    }

    private ResourceSet changed(ResourceType type, Collection<NamedResource> added, Collection<String> removed) {
        if (added.isEmpty() && removed.isEmpty()) {
            return this;
        }
        var resources = new TreeMap<>(resources(type));
        removed.forEach(resources::remove);
        added.forEach(resource -> resources.put(resource.name(), resource));
        var next = new EnumMap<>(byType);
        if (resources.isEmpty()) {
            next.remove(type);
        } else {
            next.put(type, resources);
        }
        return new ResourceSet(next);
    }

    private static ResourceType typeOf(NamedResource resource) {
        var url = resource.body().getTypeUrl();
        return ResourceType.ofTypeUrl(url).orElseThrow(() -> new IllegalArgumentException("not an xDS type: " + url));
    }
}
