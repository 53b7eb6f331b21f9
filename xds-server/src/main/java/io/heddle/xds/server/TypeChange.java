package io.heddle.xds.server;

import io.heddle.xds.resource.NamedResource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/// The difference, for one type, between what a client has and what it should have.
///
/// @param upserts new or changed resources
/// @param absent names that it asked for and that do not exist
/// @param removals names that it has and that exist no more
record TypeChange(List<NamedResource> upserts, List<String> absent, List<String> removals) {
    static final TypeChange NONE = new TypeChange(List.of(), List.of(), List.of());

    TypeChange {
        upserts = List.copyOf(upserts);
        absent = List.copyOf(absent);
        removals = List.copyOf(removals);
    }

    boolean isEmpty() {
        return upserts.isEmpty() && absent.isEmpty() && removals.isEmpty();
    }

    /// What of it goes by names that `wanted` holds for.
    TypeChange only(Predicate<String> wanted) {
        return new TypeChange(
                upserts.stream()
                        .filter(resource -> wanted.test(resource.name()))
                        .toList(),
                absent.stream().filter(wanted).toList(),
                removals.stream().filter(wanted).toList());
    }

    /// Everything that is sent as "does not exist".
    List<String> gone() {
        var gone = new ArrayList<>(absent);
        gone.addAll(removals);
        return gone;
    }

    /// Identifies the change by its content: resource name → version, empty for those that are gone.
    Map<String, String> signature() {
        var signature = new TreeMap<String, String>();
        upserts.forEach(resource -> signature.put(resource.name(), resource.version()));
        gone().forEach(name -> signature.put(name, ""));
        return signature;
    }
}
