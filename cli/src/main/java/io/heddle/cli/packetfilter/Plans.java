package io.heddle.cli.packetfilter;

import io.heddle.cli.rules.Family;
import io.heddle.cli.rules.Interception;
import io.heddle.cli.rules.Interception.Policy;
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
            var policy = wanted.routing().get(family);
            if (policy != null && !policy.equals(now.routing().get(family))) {
                steps.add(ip(family, "rule", "add", policy));
                steps.add(Step.of(
                        "ip",
                        family.flag(),
                        "route",
                        "replace",
                        "local",
                        "default",
                        "dev",
                        "lo",
                        "table",
                        Integer.toString(policy.table()),
                        "protocol",
                        PROTOCOL));
            }
        }
        if (wanted.passthroughAddress() && !now.passthroughAddress()) {
            steps.add(address("add"));
        }
        rules(now, wanted, steps);
        if (now.passthroughAddress() && !wanted.passthroughAddress()) {
            steps.add(address("del"));
        }
        for (var family : Family.values()) {
            var policy = now.routing().get(family);
            if (policy != null && !policy.equals(wanted.routing().get(family))) {
                steps.add(ip(family, "rule", "del", policy));
                steps.add(Step.of(
                        "ip",
                        family.flag(),
                        "route",
                        "flush",
                        "table",
                        Integer.toString(policy.table()),
                        "protocol",
                        PROTOCOL));
            }
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

    private static Step ip(Family family, String object, String verb, Policy policy) {
        return Step.of(
                "ip",
                family.flag(),
                object,
                verb,
                "fwmark",
                "0x" + Integer.toHexString(policy.mark()),
                "lookup",
                Integer.toString(policy.table()),
                "protocol",
                PROTOCOL);
    }

    private static Step address(String verb) {
        return Step.of(
                "ip", "-6", "address", verb, Family.IPV6.passthroughSource().text(), "dev", "lo");
    }
}
