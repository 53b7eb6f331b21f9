package io.heddle.model.limit;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What holds for descriptors with one entry at one place, and what holds below it.
///
/// @param key the entry's key
/// @param value the entry's value: itself, with each `*` for any characters or none, or empty for every
///     value that no other rule beside this one is for
/// @param policy the limit of descriptors that end here; empty without one. Each value has a count of its
///     own
/// @param modes what else holds for its limit
/// @param metadata what answers say of requests that it lets pass: a tree of maps, lists, texts, numbers and
///     flags
/// @param children rules for the next entry
public record LimitRule(
        String key,
        String value,
        Optional<LimitPolicy> policy,
        Modes modes,
        Map<String, Object> metadata,
        List<LimitRule> children) {
    public LimitRule {
        metadata = Map.copyOf(metadata);
        children = List.copyOf(children);
    }

    /// What else holds for the limit of a rule.
    ///
    /// @param shadow whether requests beyond the limit are only counted
    /// @param quota whether requests beyond the limit are refused only where no other limit with a quota has
    ///     something left
    /// @param shared whether all values that the wildcard of the rule matches have one count, for this limit
    ///     and those below
    public record Modes(boolean shadow, boolean quota, boolean shared) {}
}
