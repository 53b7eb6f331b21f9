package io.heddle.control.push;

import io.heddle.model.name.ObjectName;
import io.heddle.model.view.MeshSnapshot;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/// What part objects have in the resources of one proxy, as some publications change them: those resources that are
/// otherwise in the mesh without the object. It is worked out when somebody asks, which takes its time, and remembered.
/// Thread-safe, without locks.
final class ObjectParts {
    private final Optional<MeshSnapshot> before;
    private final MeshSnapshot after;
    private final Function<MeshSnapshot, ResourceSet> translate;
    private final Map<ObjectName, Map<ResourceType, Set<String>>> known = new ConcurrentHashMap<>();
    private volatile Optional<ResourceSet> wholeBefore = Optional.empty();
    private volatile Optional<ResourceSet> wholeAfter = Optional.empty();

    /// @param before the mesh as it was offered before; empty when nothing was
    /// @param after the mesh as it is offered
    /// @param translate writes what the proxy gets of a mesh
    ObjectParts(Optional<MeshSnapshot> before, MeshSnapshot after, Function<MeshSnapshot, ResourceSet> translate) {
        this.before = before;
        this.after = after;
        this.translate = translate;
    }

    /// Whether nothing was offered before.
    boolean ofFirst() {
        return before.isEmpty();
    }

    /// These, and those of publications that follow.
    ObjectParts and(ObjectParts others) {
        var both = new ObjectParts(before, others.after, translate);
        both.known.putAll(known);
        both.known.putAll(others.known);
        return both;
    }

    /// What of `names` an object has a part in.
    Map<ResourceType, Set<String>> of(ObjectName object, Map<ResourceType, Set<String>> names) {
        var found = new EnumMap<ResourceType, Set<String>>(ResourceType.class);
        parts(object).forEach((type, own) -> {
            var common = new HashSet<>(own);
            common.retainAll(names.getOrDefault(type, Set.of()));
            if (!common.isEmpty()) {
                found.put(type, common);
            }
        });
        return found;
    }

    private Map<ResourceType, Set<String>> parts(ObjectName object) {
        var remembered = known.get(object);
        if (remembered != null) {
            return remembered;
        }
        var parts = new EnumMap<ResourceType, Set<String>>(ResourceType.class);
        before.ifPresent(mesh -> add(differences(wholeBefore(mesh), without(object, mesh)), parts));
        add(differences(wholeAfter(), without(object, after)), parts);
        known.put(object, parts);
        return parts;
    }

    private ResourceSet without(ObjectName object, MeshSnapshot mesh) {
        return translate.apply(mesh.without(object));
    }

    private ResourceSet wholeBefore(MeshSnapshot mesh) {
        var whole = wholeBefore.orElseGet(() -> translate.apply(mesh));
        wholeBefore = Optional.of(whole);
        return whole;
    }

    private ResourceSet wholeAfter() {
        var whole = wholeAfter.orElseGet(() -> translate.apply(after));
        wholeAfter = Optional.of(whole);
        return whole;
    }

    private static void add(Map<ResourceType, Set<String>> some, Map<ResourceType, Set<String>> to) {
        some.forEach(
                (type, names) -> to.computeIfAbsent(type, _ -> new HashSet<>()).addAll(names));
    }

    /// The names of the resources in which two sets differ.
    static Map<ResourceType, Set<String>> differences(ResourceSet one, ResourceSet other) {
        var differences = new EnumMap<ResourceType, Set<String>>(ResourceType.class);
        for (var type : ResourceType.values()) {
            var mine = one.resources(type);
            var others = other.resources(type);
            var names = new HashSet<String>();
            mine.forEach((name, resource) -> {
                if (!resource.equals(others.get(name))) {
                    names.add(name);
                }
            });
            others.keySet().stream().filter(name -> !mine.containsKey(name)).forEach(names::add);
            if (!names.isEmpty()) {
                differences.put(type, names);
            }
        }
        return differences;
    }
}
