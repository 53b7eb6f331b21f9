package io.heddle.control.push;

import io.heddle.model.name.ObjectName;
import io.heddle.model.view.MeshSnapshot;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// What was offered to a proxy with some publications, and is not all live there yet. Not thread-safe.
///
/// An object of these publications is live as soon as those resources are that it has a part in: those that are
/// otherwise in the mesh without it. That is looked up only for what is refused, since all else is only a matter of
/// time. It is not known of a rough one, which stands for several that wait for different things: an object of these is
/// live with all of them.
final class OpenPush {
    /// What every proxy asks for in the end, when it learns of it; one that has secrets elsewhere does not ask for
    /// those.
    private static final Set<ResourceType> ALWAYS_ASKED =
            EnumSet.of(ResourceType.CDS, ResourceType.EDS, ResourceType.LDS, ResourceType.RDS);

    private final Range range;
    private final Optional<MeshSnapshot> before;
    private final MeshSnapshot snapshot;
    private final Map<ResourceType, Set<String>> open = new EnumMap<>(ResourceType.class);
    private final boolean rough;
    private final Map<ObjectName, Map<ResourceType, Set<String>>> parts = new HashMap<>();
    private final IdentityHashMap<MeshSnapshot, ResourceSet> whole = new IdentityHashMap<>();

    /// Publications, the first of them left out.
    record Range(long after, long upTo) {
        boolean has(long publication) {
            return after < publication && publication <= upTo;
        }
    }

    /// @param before the mesh as it was offered before; empty when nothing was
    /// @param snapshot the mesh as it is offered
    /// @param open the names of what changed by that
    OpenPush(Range range, Optional<MeshSnapshot> before, MeshSnapshot snapshot, Map<ResourceType, Set<String>> open) {
        this(range, before, snapshot, open, false);
    }

    private OpenPush(
            Range range,
            Optional<MeshSnapshot> before,
            MeshSnapshot snapshot,
            Map<ResourceType, Set<String>> open,
            boolean rough) {
        this.range = range;
        this.before = before;
        this.snapshot = snapshot;
        this.rough = rough;
        open.forEach((type, names) -> this.open.put(type, new HashSet<>(names)));
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

    Range range() {
        return range;
    }

    /// Whether nothing was offered before.
    boolean isFirst() {
        return before.isEmpty();
    }

    Map<ResourceType, Set<String>> open() {
        return open;
    }

    /// Takes note of what is not settled.
    ///
    /// @param asked the types that the proxy asks for; of the others nothing can be said yet
    /// @return whether everything is settled that the proxy asks for, or will: clusters come before the listeners that
    ///     need them, and some proxies ask for those only then
    boolean settle(Set<ResourceType> asked, Map<ResourceType, Set<String>> unsettled) {
        for (var type : asked) {
            open.getOrDefault(type, new HashSet<>()).retainAll(unsettled.getOrDefault(type, Set.of()));
        }
        open.values().removeIf(Set::isEmpty);
        return open.keySet().stream().noneMatch(type -> asked.contains(type) || ALWAYS_ASKED.contains(type));
    }

    /// Whether `other`, which follows, waits for the same.
    boolean waitsLike(OpenPush other) {
        return before.isPresent() && other.before.isPresent() && open.equals(other.open);
    }

    /// This one and `other`, which follows and waits for the same.
    OpenPush and(OpenPush other) {
        var both = with(other, open, rough || other.rough);
        both.parts.putAll(parts);
        both.parts.putAll(other.parts);
        return both;
    }

    /// This one and `other`, which follows, as one that waits for what either does.
    OpenPush roughly(OpenPush other) {
        var all = new EnumMap<ResourceType, Set<String>>(ResourceType.class);
        for (var each : List.of(open, other.open)) {
            each.forEach((type, names) ->
                    all.computeIfAbsent(type, _ -> new HashSet<>()).addAll(names));
        }
        return with(other, all, true);
    }

    private OpenPush with(OpenPush other, Map<ResourceType, Set<String>> all, boolean roughly) {
        return new OpenPush(new Range(range.after(), other.range.upTo()), before, other.snapshot, all, roughly);
    }

    /// Whether an object of it may wait for something that it is not known to have a part in.
    boolean isRough() {
        return rough;
    }

    /// What of `names` an object has a part in, for the proxy whose resources `translate` writes of a mesh.
    Map<ResourceType, Set<String>> partOf(
            ObjectName object,
            Map<ResourceType, ? extends Set<String>> names,
            Function<MeshSnapshot, ResourceSet> translate) {
        var parts = this.parts.computeIfAbsent(object, _ -> parts(object, translate));
        var found = new EnumMap<ResourceType, Set<String>>(ResourceType.class);
        parts.forEach((type, own) -> {
            var common = new HashSet<>(own);
            common.retainAll(names.containsKey(type) ? names.get(type) : Set.of());
            if (!common.isEmpty()) {
                found.put(type, common);
            }
        });
        return found;
    }

    private Map<ResourceType, Set<String>> parts(ObjectName object, Function<MeshSnapshot, ResourceSet> translate) {
        var parts = new EnumMap<ResourceType, Set<String>>(ResourceType.class);
        for (var mesh : before.map(old -> List.of(old, snapshot)).orElseGet(() -> List.of(snapshot))) {
            differences(whole.computeIfAbsent(mesh, translate), translate.apply(mesh.without(object)))
                    .forEach((type, names) ->
                            parts.computeIfAbsent(type, _ -> new HashSet<>()).addAll(names));
        }
        return parts;
    }
}
