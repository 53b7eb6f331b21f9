package io.heddle.control.store;

import io.heddle.model.name.ObjectName;

/// What one [Write] did.
///
/// @param name the object
/// @param action what happened to it
/// @param generation its generation now; 0 when it is gone
public record WriteResult(ObjectName name, Action action, long generation) {
    /// What happened to an object.
    public enum Action {
        CREATED,
        CONFIGURED,
        UNCHANGED,
        DELETED,
        NOT_FOUND
    }

    /// Whether the store is different now.
    public boolean changed() {
        return switch (action) {
            case CREATED, CONFIGURED, DELETED -> true;
            case UNCHANGED, NOT_FOUND -> false;
        };
    }
}
