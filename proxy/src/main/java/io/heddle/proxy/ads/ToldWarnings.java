package io.heddle.proxy.ads;

import io.heddle.model.problem.Problem;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Which warnings of the configuration people have been told, so that a push that brings none tells none. A warning
/// whose cause goes away and comes back is told again. For one thread at a time.
final class ToldWarnings {
    private Set<Problem> told = Set.of();

    /// Those among the warnings of what is live now that were not there before; they count as told.
    List<Problem> fresh(Collection<Problem> warnings) {
        var known = told;
        var fresh = warnings.stream()
                .distinct()
                .filter(warning -> !known.contains(warning))
                .toList();
        told = new HashSet<>(warnings);
        return fresh;
    }
}
