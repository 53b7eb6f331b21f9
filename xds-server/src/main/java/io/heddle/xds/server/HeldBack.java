package io.heddle.xds.server;

import io.heddle.xds.client.WrittenNames;
import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// What must not be taken from a client yet: it has refused the newest version of something, and runs on with the
/// version before, which may name what is to go. Not thread-safe.
///
/// What is held back may itself name more. Where the version before is not known, since an earlier stream brought it,
/// it may name whatever the client had from that stream, of the types that its type names; what came on this stream it
/// did not name, or not more than in vain.
final class HeldBack {
    private final Map<ResourceType, TypeState> states;
    private final Map<ResourceType, Set<String>> going = new EnumMap<>(ResourceType.class);
    /// By type, how others call what is to go → its names.
    private final Map<ResourceType, Map<String, Set<String>>> called = new EnumMap<>(ResourceType.class);
    private final Map<ResourceType, Set<String>> held = new EnumMap<>(ResourceType.class);
    private final Deque<Older> looked = new ArrayDeque<>();
    private final Set<ResourceType> unknown = new TreeSet<>();

    private HeldBack(Map<ResourceType, TypeState> states) {
        this.states = states;
    }

    /// What the client runs on with.
    private record Older(ResourceType type, NamedResource resource) {}

    /// Looks at what a client with these states has and is to lose when it gets `offered`.
    static HeldBack of(Map<ResourceType, TypeState> states, ResourceSet offered) {
        var back = new HeldBack(states);
        states.forEach((type, state) ->
                back.add(type, state, Set.copyOf(state.removals(offered).removals())));
        if (!back.called.isEmpty()) {
            back.look();
        }
        return back;
    }

    private void add(ResourceType type, TypeState state, Set<String> removals) {
        if (!removals.isEmpty()) {
            going.put(type, removals);
            var names = called.computeIfAbsent(type, _ -> new TreeMap<>());
            removals.forEach(name -> names.computeIfAbsent(said(type, name), _ -> new TreeSet<>())
                    .add(name));
        }
        // What is to go itself holds nothing back.
        state.olderVersions(name -> !removals.contains(name)).forEach(older -> looked.add(new Older(type, older)));
        if (state.runsWithUnknown(name -> !removals.contains(name))) {
            unknown.add(type);
        }
    }

    private void look() {
        var all = new TreeSet<String>();
        called.values().forEach(names -> all.addAll(names.keySet()));
        var written = new WrittenNames(all);
        Set.copyOf(unknown).forEach(this::holdNamedByUnknown);
        while (!looked.isEmpty()) {
            var older = looked.remove();
            var found = written.foundIn(older.resource().body().getValue());
            for (var type : named(older.type())) {
                var names = called.getOrDefault(type, Map.of());
                found.forEach(name -> names.getOrDefault(name, Set.of()).forEach(gone -> hold(type, gone)));
            }
        }
    }

    private void holdNamedByUnknown(ResourceType owner) {
        for (var type : named(owner)) {
            for (var name : going.getOrDefault(type, Set.of())) {
                if (state(type).cameBackWith(name)) {
                    hold(type, name);
                }
            }
        }
    }

    private void hold(ResourceType type, String name) {
        if (!held.computeIfAbsent(type, _ -> new TreeSet<>()).add(name)) {
            return;
        }
        var body = state(type).body(name);
        body.ifPresent(known -> looked.add(new Older(type, known)));
        if (body.isEmpty() && unknown.add(type)) {
            holdNamedByUnknown(type);
        }
    }

    private TypeState state(ResourceType type) {
        var state = states.get(type);
        if (state == null) {
            throw new IllegalStateException("every type has a state: " + type);
        }
        return state;
    }

    /// Whether the removal has to wait.
    boolean holds(ResourceType type, String name) {
        return held.getOrDefault(type, Set.of()).contains(name);
    }

    /// What resources of a type name.
    private static Set<ResourceType> named(ResourceType owner) {
        return switch (owner) {
            case LDS -> Set.of(ResourceType.RDS, ResourceType.CDS, ResourceType.SDS);
            case RDS -> Set.of(ResourceType.VHDS, ResourceType.CDS);
            case VHDS -> Set.of(ResourceType.CDS);
            case CDS -> Set.of(ResourceType.CDS, ResourceType.EDS, ResourceType.SDS);
            case EDS, SDS -> Set.of();
        };
    }

    /// A virtual host is named by nobody, but its route configuration is.
    private static String said(ResourceType type, String name) {
        return type == ResourceType.VHDS ? name.substring(0, Math.max(0, name.lastIndexOf('/'))) : name;
    }
}
