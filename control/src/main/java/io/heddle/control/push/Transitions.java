package io.heddle.control.push;

import io.heddle.model.name.ObjectName;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// Since when the conditions of objects are as they are, as far as this process has seen: `lastTransitionTime` of the
/// Kubernetes API. Thread-safe.
final class Transitions {
    private final Map<ObjectName, Map<String, State>> states = new HashMap<>();

    private record State(String value, Instant since) {}

    /// Takes note that a condition is `value` now.
    ///
    /// @return since when it has been
    synchronized Instant since(ObjectName object, String condition, String value, Instant now) {
        return states.computeIfAbsent(object, _ -> new HashMap<>())
                .compute(
                        condition,
                        (_, before) -> before != null && before.value.equals(value) ? before : new State(value, now))
                .since;
    }

    /// Forgets all objects but these.
    synchronized void keep(Set<ObjectName> objects) {
        states.keySet().retainAll(objects);
    }
}
