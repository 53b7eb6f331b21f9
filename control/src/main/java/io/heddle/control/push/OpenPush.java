package io.heddle.control.push;

import io.heddle.xds.resource.ResourceType;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What was offered to a proxy with some publications, and is not all live there yet.
///
/// An object of these publications is live as soon as those resources are that it has a part in: those that are
/// otherwise in the mesh without it. That is looked up only for what is refused, since all else is only a matter of
/// time. It is not known of a rough one, which stands for several that wait for different things: an object of these is
/// live with all of them.
///
/// @param range the publications
/// @param open the names of what changed by them and is not settled
/// @param rough whether an object of them may wait for something that it is not known to have a part in
/// @param parts what objects have a part in
record OpenPush(Range range, Map<ResourceType, Set<String>> open, boolean rough, ObjectParts parts) {
    /// What every proxy asks for in the end, when it learns of it; one that has secrets elsewhere does not ask for
    /// those.
    private static final Set<ResourceType> ALWAYS_ASKED =
            EnumSet.of(ResourceType.CDS, ResourceType.EDS, ResourceType.LDS, ResourceType.RDS);

    OpenPush {
        open = Collections.unmodifiableMap(open);
    }

    /// Publications, the first of them left out.
    record Range(long after, long upTo) {
        boolean has(long publication) {
            return after < publication && publication <= upTo;
        }

        private Range to(Range later) {
            return new Range(after, later.upTo);
        }
    }

    /// Whether nothing was offered before.
    boolean isFirst() {
        return parts.ofFirst();
    }

    /// This without what is settled.
    ///
    /// @param asked the types that the proxy asks for; of the others nothing can be said yet
    /// @param unsettled the names of what is not settled, by type
    OpenPush settled(Set<ResourceType> asked, Map<ResourceType, Set<String>> unsettled) {
        var left = new EnumMap<ResourceType, Set<String>>(ResourceType.class);
        open.forEach((type, names) -> {
            var waiting = new HashSet<>(names);
            if (asked.contains(type)) {
                waiting.retainAll(unsettled.getOrDefault(type, Set.of()));
            }
            if (!waiting.isEmpty()) {
                left.put(type, waiting);
            }
        });
        return new OpenPush(range, left, rough, parts);
    }

    /// Whether everything is settled that the proxy asks for, or will: clusters come before the listeners that need
    /// them, and some proxies ask for those only then.
    boolean isLive(Set<ResourceType> asked) {
        return open.keySet().stream().noneMatch(type -> asked.contains(type) || ALWAYS_ASKED.contains(type));
    }

    /// Whether `other`, which follows, waits for the same.
    boolean waitsLike(OpenPush other) {
        return !isFirst() && !other.isFirst() && open.equals(other.open);
    }

    /// This one and `other`, which follows and waits for the same.
    OpenPush and(OpenPush other) {
        return new OpenPush(range.to(other.range), open, rough || other.rough, parts.and(other.parts));
    }

    /// This one and `other`, which follows, as one that waits for what either does.
    OpenPush roughly(OpenPush other) {
        var all = new EnumMap<ResourceType, Set<String>>(ResourceType.class);
        for (var each : List.of(open, other.open)) {
            each.forEach((type, names) ->
                    all.computeIfAbsent(type, _ -> new HashSet<>()).addAll(names));
        }
        return new OpenPush(range.to(other.range), all, true, parts.and(other.parts));
    }
}
