package io.heddle.cli.rules;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// All rules of one interception, as both packet filters can write them. Immutable.
///
/// @param hooks where packets enter, and the rules there
/// @param chains our own chains
/// @param families the protocol versions
public record RuleSet(Map<Hook, List<Rule>> hooks, List<Chain> chains, Set<Family> families) {
    public RuleSet {
        var copy = new EnumMap<Hook, List<Rule>>(Hook.class);
        hooks.forEach((hook, rules) -> copy.put(hook, List.copyOf(rules)));
        hooks = copy;
        chains = List.copyOf(chains);
        families = Set.copyOf(families);
    }

    /// One of our chains.
    ///
    /// @param table the iptables table it stands in
    /// @param name its name
    /// @param rules in order
    public record Chain(String table, ChainName name, List<Rule> rules) {
        public Chain {
            rules = List.copyOf(rules);
        }
    }

    /// Collects rules.
    static final class Builder {
        private final Map<Hook, List<Rule>> hooks = new EnumMap<>(Hook.class);
        private final List<Chain> chains = new ArrayList<>();

        Builder hook(Hook hook, Rule rule) {
            hooks.computeIfAbsent(hook, _ -> new ArrayList<>()).add(rule);
            return this;
        }

        Builder chain(String table, ChainName name, List<Rule> rules) {
            chains.add(new Chain(table, name, rules));
            return this;
        }

        RuleSet build(Set<Family> families) {
            return new RuleSet(hooks, chains, families);
        }
    }
}
