package io.heddle.model.limit;

import java.util.Optional;
import java.util.Set;

/// A limit.
///
/// @param rate how many requests; empty for as many as come
/// @param name its name; may be empty
/// @param replaces names of limits that do not count for a request which this one counts for
public record LimitPolicy(Optional<LimitRate> rate, String name, Set<String> replaces) {
    public LimitPolicy {
        replaces = Set.copyOf(replaces);
    }
}
