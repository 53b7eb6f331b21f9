package io.heddle.control.ratelimit;

import io.heddle.model.limit.LimitEntry;
import io.heddle.model.limit.LimitRule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Rules for one entry of descriptors, ready to be looked up. Immutable.
final class RuleTree {
    private final Map<LimitEntry, Found> exact = new HashMap<>();
    private final Map<String, List<Pattern>> patterns = new HashMap<>();

    /// @param path what stands before, for names of rules
    RuleTree(List<LimitRule> rules, String path) {
        for (var rule : rules) {
            var found = new Found(rule, path);
            exact.put(new LimitEntry(rule.key(), rule.value()), found);
            if (Wildcard.isIn(rule.value())) {
                patterns.computeIfAbsent(rule.key(), _ -> new ArrayList<>())
                        .add(new Pattern(new Wildcard(rule.value()), found));
            }
        }
    }

    private record Pattern(Wildcard values, Found found) {}

    /// A rule for a descriptor.
    ///
    /// @param found the rule
    /// @param entries what the descriptor is counted as: itself, but for values that share one count
    record Match(Found found, List<LimitEntry> entries) {}

    /// A rule and those below it.
    static final class Found {
        private final LimitRule rule;
        private final String name;
        private final RuleTree below;

        private Found(LimitRule rule, String path) {
            this.rule = rule;
            var own = rule.value().isEmpty() ? rule.key() : rule.key() + "_" + rule.value();
            this.name = path.isEmpty() ? own : path + "." + own;
            this.below = new RuleTree(rule.children(), name);
        }

        LimitRule rule() {
            return rule;
        }

        /// Keys and values on the way to it, as the rate limit service names its figures.
        String name() {
            return name;
        }
    }

    /// The rule for a whole descriptor: of each entry the one with its value, else the first with a
    /// wildcard that matches it, else the one for all values. A rule at which a descriptor does not end says
    /// nothing about it.
    Optional<Match> find(List<LimitEntry> entries) {
        var tree = this;
        Optional<Found> found = Optional.empty();
        List<LimitEntry> counted = List.of();
        for (int i = 0; i < entries.size(); i++) {
            var entry = entries.get(i);
            found = tree.next(entry);
            if (found.isEmpty()) {
                return Optional.empty();
            }
            var rule = found.get().rule;
            if (rule.modes().shared()) {
                counted = counted.isEmpty() ? new ArrayList<>(entries) : counted;
                counted.set(i, new LimitEntry(rule.key(), rule.value()));
            }
            tree = found.get().below;
        }
        var counts = counted.isEmpty() ? entries : counted;
        return found.map(last -> new Match(last, counts));
    }

    private Optional<Found> next(LimitEntry entry) {
        var same = Optional.ofNullable(exact.get(entry));
        return same.or(() -> patterns.getOrDefault(entry.key(), List.of()).stream()
                        .filter(pattern -> pattern.values().matches(entry.value()))
                        .map(Pattern::found)
                        .findFirst())
                .or(() -> Optional.ofNullable(exact.get(new LimitEntry(entry.key(), ""))));
    }
}
