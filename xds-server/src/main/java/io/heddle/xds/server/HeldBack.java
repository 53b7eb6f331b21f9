package io.heddle.xds.server;

import io.heddle.xds.client.WrittenNames;
import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// What must not be taken from a client yet: it has refused the newest version of something, and runs on with the
/// version before, which may name what is to go.
///
/// @param everything whether it is not known what the client runs with
/// @param names what is held back, of whatever type
record HeldBack(boolean everything, Set<String> names) {
    private static final HeldBack NOTHING = new HeldBack(false, Set.of());

    /// Looks at what a client with these states has and is to lose when it gets `offered`.
    static HeldBack of(Map<ResourceType, TypeState> states, ResourceSet offered) {
        var going = new TreeSet<String>();
        var looked = new ArrayDeque<NamedResource>();
        boolean unknown = false;
        for (var entry : states.entrySet()) {
            var type = entry.getKey();
            var removals = Set.copyOf(entry.getValue().removals(offered).removals());
            removals.forEach(name -> going.add(said(type, name)));
            // What is to go itself holds nothing back.
            looked.addAll(entry.getValue().olderVersions(name -> !removals.contains(name)));
            unknown |= entry.getValue().runsWithUnknown(name -> !removals.contains(name));
        }
        if (going.isEmpty() || unknown) {
            return unknown ? new HeldBack(true, Set.of()) : NOTHING;
        }
        var written = new WrittenNames(going);
        var held = new TreeSet<String>();
        while (!looked.isEmpty()) {
            for (var name : written.foundIn(looked.remove().body().getValue())) {
                if (held.add(name)) {
                    states.values().forEach(state -> state.body(name).ifPresent(looked::add));
                }
            }
        }
        return new HeldBack(false, held);
    }

    /// Whether the removal has to wait.
    boolean holds(ResourceType type, String name) {
        return everything || names.contains(said(type, name));
    }

    /// A virtual host is named by nobody, but its route configuration is.
    private static String said(ResourceType type, String name) {
        return type == ResourceType.VHDS ? name.substring(0, Math.max(0, name.lastIndexOf('/'))) : name;
    }
}
