package io.heddle.model.limit;

import java.util.List;
import java.util.Optional;

/// What holds for descriptors with one entry at one place, and what holds below it.
///
/// @param key the entry's key
/// @param value the entry's value: itself, with each `*` for any characters or none, or empty for every
///     value that no other rule beside this one is for
/// @param policy the limit of descriptors that end here; empty without one. Each value has a count of its
///     own
/// @param shadow whether requests beyond the limit are only counted
/// @param children rules for the next entry
public record LimitRule(
        String key, String value, Optional<LimitPolicy> policy, boolean shadow, List<LimitRule> children) {
    public LimitRule {
        children = List.copyOf(children);
    }
}
