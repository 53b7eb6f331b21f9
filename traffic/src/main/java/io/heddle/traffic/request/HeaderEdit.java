package io.heddle.traffic.request;

import java.util.Optional;
import java.util.StringJoiner;

/// One change to a head's header lines.
///
/// @param action what is done
/// @param name the header
/// @param value the value; empty for a removal
public record HeaderEdit(Action action, HeaderName name, String value) {
    /// What becomes of the values of lines of this name.
    StringJoiner over(StringJoiner values) {
        boolean absent = values.length() == 0;
        return switch (action) {
            case APPEND -> values.add(value);
            case ADD_IF_ABSENT -> absent ? values.add(value) : values;
            case SET -> new StringJoiner(", ").add(value);
            case SET_IF_PRESENT -> absent ? values : new StringJoiner(", ").add(value);
            case REMOVE -> new StringJoiner(", ");
        };
    }

    /// What becomes of the first value of that name.
    Optional<String> overFirst(Optional<String> first) {
        return switch (action) {
            case APPEND, ADD_IF_ABSENT -> first.or(() -> Optional.of(value));
            case SET -> Optional.of(value);
            case SET_IF_PRESENT -> first.map(_ -> value);
            case REMOVE -> Optional.empty();
        };
    }

    /// What is done, as Envoy's `HeaderAppendAction`.
    public enum Action {
        /// Adds a line, whatever is there.
        APPEND,
        /// Adds a line where there is none of that name.
        ADD_IF_ABSENT,
        /// Replaces all lines of that name by one.
        SET,
        /// Replaces all lines of that name by one where there is any.
        SET_IF_PRESENT,
        /// Removes all lines of that name.
        REMOVE
    }
}
