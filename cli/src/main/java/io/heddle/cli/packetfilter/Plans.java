package io.heddle.cli.packetfilter;

import io.heddle.cli.rules.Family;
import io.heddle.cli.rules.Interception;
import io.heddle.cli.rules.RoutingRule;
import java.util.ArrayList;
import java.util.List;

/// Works out the steps from what is installed to what is wanted. Pure.
///
/// What rules need stands before them and goes after them: routing and addresses come first and leave last.
public final class Plans {
    private static final String PROTOCOL = Integer.toString(Interception.ROUTING_PROTOCOL);

    private Plans() {}

    /// The steps; none when there is nothing to do.
    public static List<Step> steps(Installed now, Installed wanted) {
        var steps = new ArrayList<Step>();
        for (var family : Family.values()) {
            var missing = without(wanted, now, family);
            missing.forEach(rule -> steps.add(ip(family, "add", rule)));
            tables(missing)
                    .forEach(table -> steps.add(Step.of(
                            "ip",
                            family.flag(),
                            "route",
                            "replace",
                            "local",
                            "default",
                            "dev",
                            "lo",
                            "table",
                            Integer.toString(table),
                            "protocol",
                            PROTOCOL)));
        }
        if (wanted.passthroughAddress() && !now.passthroughAddress()) {
            steps.add(address("add"));
        }
        rules(now, wanted, steps);
        if (now.passthroughAddress() && !wanted.passthroughAddress()) {
            steps.add(address("del"));
        }
        for (var family : Family.values()) {
            var surplus = without(now, wanted, family);
            surplus.forEach(rule -> steps.add(ip(family, "del", rule)));
            var used = tables(wanted.routing().getOrDefault(family, List.of()));
            tables(surplus).stream()
                    .filter(table -> !used.contains(table))
                    .forEach(table -> steps.add(Step.of(
                            "ip",
                            family.flag(),
                            "route",
                            "flush",
                            "table",
                            Integer.toString(table),
                            "protocol",
                            PROTOCOL)));
        }
        return steps;
    }

    private static void rules(Installed now, Installed wanted, List<Step> steps) {
        for (var family : Family.values()) {
            var text = now.iptables()
                    .getOrDefault(family, IptablesRules.NONE)
                    .to(wanted.iptables().getOrDefault(family, IptablesRules.NONE));
            if (!text.isEmpty()) {
                steps.add(Step.of(family.iptables() + "-restore", "--noflush", "--wait=5")
                        .reading(text));
            }
        }
        var text = NftablesText.transition(now.nftables(), wanted.nftables());
        if (!text.isEmpty()) {
            steps.add(Step.of("nft", "-f", "-").reading(text));
        }
    }

    /// The routing rules that are in `one` and not in `other`.
    private static List<RoutingRule> without(Installed one, Installed other, Family family) {
        var known = other.routing().getOrDefault(family, List.of());
        return one.routing().getOrDefault(family, List.of()).stream()
                .filter(rule -> !known.contains(rule))
                .toList();
    }

    private static List<Integer> tables(List<RoutingRule> rules) {
        return rules.stream().map(RoutingRule::table).distinct().toList();
    }

    private static Step ip(Family family, String verb, RoutingRule rule) {
        var words = new ArrayList<>(List.of("ip", family.flag(), "rule", verb));
        words.addAll(
                switch (rule) {
                    case RoutingRule.Marked(int mark, int _) -> List.of("fwmark", "0x" + Integer.toHexString(mark));
                    case RoutingRule.FromLoopback(int _) ->
                        List.of("from", family.loopback().text(), "iif", "lo");
                });
        words.addAll(List.of("lookup", Integer.toString(rule.table()), "protocol", PROTOCOL));
        return new Step(words, "");
    }

    private static Step address(String verb) {
        return Step.of(
                "ip", "-6", "address", verb, Family.IPV6.passthroughSource().text(), "dev", "lo");
    }
}
