package io.heddle.control.store;

import io.heddle.model.name.ObjectName;
import java.util.Set;

/// A change that the store has made durable.
///
/// @param revision the store's revision after it
/// @param objects the objects written or removed
public record Change(long revision, Set<ObjectName> objects) {
    public Change {
        objects = Set.copyOf(objects);
    }
}
