package io.heddle.xds.client;

import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.heddle.xds.resource.ResourceType;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/// The names that are asked for because somebody waits for them, or did, and that nothing in the configuration refers
/// to. Not thread-safe.
///
/// A name is asked for until the server says that there is no such thing, or until nobody waits any more before it
/// has said anything. A server may answer with a resource of another name, of which this one is an alias.
final class Demands {
    /// How many names of a type can be asked for at a time.
    private static final int MOST = 10_000;

    private static final int LONGEST_NAME = 1024;

    private final Map<ResourceType, Map<String, State>> byType = new EnumMap<>(ResourceType.class);

    /// What is known of a name. Something that came is not live before the candidate is settled that it went into.
    private sealed interface State {
        record Asked() implements State {}

        record Came(String resource) implements State {}

        record Settled(String resource) implements State {}
    }

    private Map<String, State> of(ResourceType type) {
        return byType.computeIfAbsent(type, _ -> new HashMap<>());
    }

    /// Requests may say what is asked for: not everything (`*`, which would be unsubscribed from, too, when nobody
    /// waits), nothing that means something else to a server, and no endless name.
    static boolean canBeAsked(String name) {
        return !name.isEmpty()
                && name.length() <= LONGEST_NAME
                && !name.equals("*")
                && !name.startsWith("xdstp:")
                && name.chars().allMatch(c -> c > ' ' && c != 0x7f);
    }

    /// What is asked for.
    Set<String> names(ResourceType type) {
        return of(type).keySet();
    }

    /// Whether there is room for one more.
    boolean isFull(ResourceType type) {
        return of(type).size() >= MOST;
    }

    /// Whether the server has answered, and what it sent is settled.
    boolean isSettled(ResourceType type, String name) {
        return of(type).get(name) instanceof State.Settled;
    }

    /// Asks for a name, unless it is asked for already.
    void add(ResourceType type, String name) {
        of(type).putIfAbsent(name, new State.Asked());
    }

    /// Nobody waits for a name any more.
    void withdraw(ResourceType type, String name) {
        if (of(type).get(name) instanceof State.Asked) {
            of(type).remove(name);
        }
    }

    /// Hears a response.
    ///
    /// @return the names that there are not
    Set<String> heard(ResourceType type, DeltaDiscoveryResponse response) {
        var known = of(type);
        var absent = new HashSet<String>();
        for (var resource : response.getResourcesList()) {
            var names = new TreeSet<>(resource.getAliasesList());
            names.add(resource.getName());
            names.retainAll(known.keySet());
            if (resource.hasResource()) {
                names.forEach(name -> known.put(name, new State.Came(resource.getName())));
            } else {
                names.stream()
                        .filter(name -> known.get(name) instanceof State.Asked)
                        .forEach(absent::add);
            }
        }
        var removed = Set.copyOf(response.getRemovedResourcesList());
        known.forEach((name, state) -> {
            if (removed.contains(name) || removed.contains(resource(state))) {
                absent.add(name);
            }
        });
        known.keySet().removeAll(absent);
        return absent;
    }

    private static String resource(State state) {
        return switch (state) {
            case State.Asked() -> "";
            case State.Came(var resource) -> resource;
            case State.Settled(var resource) -> resource;
        };
    }

    /// What came is live, or was refused: all of it for which `done` holds.
    ///
    /// @param done of a resource's name
    /// @return the names for which that had come
    Collection<String> settled(ResourceType type, Predicate<String> done) {
        var names = new HashSet<String>();
        of(type).replaceAll((name, state) -> {
            if (state instanceof State.Came(var resource) && done.test(resource)) {
                names.add(name);
                return new State.Settled(resource);
            }
            return state;
        });
        return names;
    }

    /// Goes on asking for what came on an earlier stream and is live, be it by an alias.
    void resume(ResourceType type, Set<String> live) {
        var known = new HashSet<String>();
        of(type).values().forEach(state -> known.add(resource(state)));
        live.stream()
                .filter(name -> !known.contains(name))
                .forEach(name -> of(type).put(name, new State.Settled(name)));
    }

    /// The stream is gone, and with it what was not settled yet: it is asked for again.
    void forgetCame() {
        byType.values()
                .forEach(known -> known.replaceAll((_, state) -> switch (state) {
                    case State.Came _ -> new State.Asked();
                    case State.Asked _, State.Settled _ -> state;
                }));
    }
}
