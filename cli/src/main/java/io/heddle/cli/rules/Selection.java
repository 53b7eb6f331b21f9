package io.heddle.cli.rules;

import java.util.List;
import java.util.Optional;

/// Which of many are meant: all, or those listed, less those left out.
///
/// @param included only these; empty means all
/// @param excluded never these
public record Selection<T>(Optional<List<T>> included, List<T> excluded) {
    public Selection {
        included = included.map(List::copyOf);
        excluded = List.copyOf(excluded);
    }

    /// Everything.
    public static <T> Selection<T> all() {
        return new Selection<>(Optional.empty(), List.of());
    }

    /// Everything but these.
    public static <T> Selection<T> allBut(List<T> excluded) {
        return new Selection<>(Optional.empty(), excluded);
    }

    /// These and no others.
    public static <T> Selection<T> only(List<T> included) {
        return new Selection<>(Optional.of(included), List.of());
    }
}
