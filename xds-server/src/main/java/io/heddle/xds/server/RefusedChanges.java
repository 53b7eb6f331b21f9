package io.heddle.xds.server;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// What of one type a client has refused, resource by resource. Not thread-safe.
///
/// A client answers a response as a whole, and which of its resources are bad stands in the answer for people only. So
/// one with several is sent again in halves until the bad ones stand alone: every good one is taken, and known to be.
/// That ends after so many responses; what is in doubt then counts as refused. By state of the world nothing can be
/// sent by itself, and a response is refused as a whole.
///
/// A change is a resource's name and its version, empty where it is gone.
final class RefusedChanges {
    private static final int MOST_PROBES = 64;
    private static final int MOST_SECOND_CHANCES = 3;
    private static final int FEW = 8;

    private final boolean divides;
    private final Map<String, Refusal> alone = new TreeMap<>();
    private final Deque<Map<String, Refusal>> doubtful = new ArrayDeque<>();
    private int probes;
    private int secondChances;

    /// None yet, of a client to which a part can be sent by itself, or not.
    RefusedChanges(boolean divides) {
        this.divides = divides;
    }

    private record Refusal(String version, String detail) {}

    boolean isEmpty() {
        return alone.isEmpty() && doubtful.isEmpty();
    }

    /// A response with these changes was refused.
    void add(Map<String, String> changes, String detail) {
        var refused = new TreeMap<String, Refusal>();
        changes.forEach((name, version) -> refused.put(name, new Refusal(version, detail)));
        if (!divides || changes.size() < 2 || probes >= MOST_PROBES) {
            alone.putAll(refused);
            return;
        }
        var middle =
                refused.keySet().stream().skip(refused.size() / 2).findFirst().orElseThrow();
        doubtful.addFirst(new TreeMap<>(refused.tailMap(middle)));
        doubtful.addFirst(new TreeMap<>(refused.headMap(middle)));
    }

    /// Whether the change was refused, or is in doubt.
    boolean covers(String name, String version) {
        return has(alone, name, version) || doubtful.stream().anyMatch(group -> has(group, name, version));
    }

    private static boolean has(Map<String, Refusal> refused, String name, String version) {
        var known = refused.get(name);
        return known != null && known.version().equals(version);
    }

    /// The names of what is to be tried next, where some of them are among `possible`.
    Optional<Set<String>> next(Set<String> possible) {
        return doubtful.stream()
                .map(Map::keySet)
                .filter(group -> group.stream().anyMatch(possible::contains))
                .findFirst()
                .map(Set::copyOf);
    }

    /// Changes of these names are sent.
    void sent(Set<String> names) {
        if (!divides) {
            alone.clear();
            return;
        }
        alone.keySet().removeAll(names);
        probes += remove(names) ? 1 : 0;
        if (probes >= MOST_PROBES) {
            doubtful.forEach(alone::putAll);
            doubtful.clear();
        }
    }

    private boolean remove(Set<String> names) {
        boolean some = false;
        for (var group : doubtful) {
            some |= group.keySet().removeAll(names);
        }
        doubtful.removeIf(Map::isEmpty);
        return some;
    }

    /// What was refused under this name is history.
    void forget(String name) {
        alone.remove(name);
        remove(Set.of(name));
    }

    /// Only these changes are still wanted.
    void retain(Map<String, String> wanted) {
        retain(alone, wanted);
        doubtful.forEach(group -> retain(group, wanted));
        doubtful.removeIf(Map::isEmpty);
    }

    private static void retain(Map<String, Refusal> refused, Map<String, String> wanted) {
        refused.entrySet().removeIf(entry -> !entry.getValue().version().equals(wanted.get(entry.getKey())));
    }

    /// Something else is offered: as much may be tried as before.
    void renew() {
        probes = 0;
        secondChances = 0;
        if (!divides) {
            alone.clear();
        }
    }

    /// Something was taken, which is a reason to try what was refused once more: a few of them each by itself. It is
    /// one only so often: the answer to what is tried again may be one more reason.
    void giveSecondChance() {
        if (alone.isEmpty() || secondChances >= MOST_SECOND_CHANCES || probes >= MOST_PROBES) {
            return;
        }
        secondChances++;
        if (divides && alone.size() <= FEW) {
            alone.forEach((name, refused) -> doubtful.addLast(new TreeMap<>(Map.of(name, refused))));
        } else if (divides) {
            doubtful.addLast(new TreeMap<>(alone));
        }
        alone.clear();
    }

    /// The names of what is refused, or in doubt, each with the client's reason.
    Map<String, String> details() {
        var details = new TreeMap<String, String>();
        doubtful.forEach(group -> group.forEach((name, refused) -> details.put(name, refused.detail())));
        alone.forEach((name, refused) -> details.put(name, refused.detail()));
        return details;
    }

    /// The client's reasons, each once.
    String detail() {
        return String.join("\n", new LinkedHashSet<>(details().values()));
    }
}
