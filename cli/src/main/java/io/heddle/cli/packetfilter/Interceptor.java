package io.heddle.cli.packetfilter;

import io.heddle.cli.output.Failure;
import io.heddle.cli.rules.Family;
import io.heddle.cli.rules.Interception;
import io.heddle.cli.rules.Mode;
import io.heddle.cli.rules.RoutingRule;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Installs and removes an interception in the network namespace of this process.
///
/// It reads what is there, works out the steps to what is wanted, and runs them. When one fails it reads again and goes
/// back to what was there before. Whoever runs it twice gets the same as once.
public final class Interceptor {
    private static final Pattern MARKED = Pattern.compile("from all fwmark (0x[0-9a-f]+) lookup ([0-9]+)");
    private static final Pattern FROM_LOOPBACK =
            Pattern.compile("from (?:127\\.0\\.0\\.0/8|::1) iif lo lookup ([0-9]+)");

    private final Tools tools;

    Interceptor(Tools tools) {
        this.tools = tools;
    }

    /// The interceptor that uses this system's tools.
    public static Interceptor ofSystem() {
        return new Interceptor(Tools.on(System.getenv()));
    }

    /// The backend to use: the wanted one, else nftables, else iptables, whichever is here.
    ///
    /// @throws Failure when its tool is missing
    public Backend backend(Optional<Backend> wanted) {
        return wanted.orElseGet(() -> {
            if (!tools.has("nft") && !tools.has("iptables-restore")) {
                throw Tools.missing("nft");
            }
            return tools.has("nft") ? Backend.NFT : Backend.IPTABLES;
        });
    }

    /// The versions that this kernel speaks.
    public static Set<Family> families() {
        return Tools.hasIpv6() ? Set.of(Family.IPV4, Family.IPV6) : Set.of(Family.IPV4);
    }

    /// Puts the interception in place of whatever of ours was there.
    ///
    /// @throws Failure when it cannot; everything is then as it was
    public void install(Interception wish, Backend backend) {
        Tools.demandRights();
        demandTools(wish, backend);
        change(Installed.of(wish, backend));
    }

    /// Puts the interception in place with whichever packet filter is here.
    ///
    /// @throws Failure when it cannot; everything is then as it was
    public void install(Interception wish) {
        install(wish, backend(Optional.empty()));
    }

    /// Takes everything of ours away; nothing is no failure.
    ///
    /// @throws Failure when it cannot; everything is then as it was
    public void remove() {
        Tools.demandRights();
        backend(Optional.empty());
        change(Installed.NOTHING);
    }

    private void demandTools(Interception wish, Backend backend) {
        switch (backend) {
            case NFT -> demand("nft");
            case IPTABLES ->
                wish.families().forEach(family -> {
                    demand(family.iptables() + "-save");
                    demand(family.iptables() + "-restore");
                });
        }
        if (wish.mode() == Mode.TPROXY || wish.families().contains(Family.IPV6)) {
            demand("ip");
        }
    }

    private void demand(String tool) {
        if (!tools.has(tool)) {
            throw Tools.missing(tool);
        }
    }

    void change(Installed wanted) {
        var before = installed();
        try {
            run(Plans.steps(before, wanted));
        } catch (Failure failure) {
            try {
                run(Plans.steps(installed(), before));
            } catch (Failure second) {
                throw new Failure(
                        failure.code(),
                        failure.reason() + "; and going back failed too: " + second.reason(),
                        "see 'heddle intercept status', then 'heddle intercept remove'",
                        failure);
            }
            throw failure;
        }
    }

    private void run(List<Step> steps) {
        steps.forEach(tools::run);
    }

    /// What of ours is in the kernel now.
    ///
    /// @throws Failure when a tool that is here cannot tell
    public Installed installed() {
        var iptables = new EnumMap<Family, IptablesRules>(Family.class);
        for (var family : Family.values()) {
            var save = family.iptables() + "-save";
            if (tools.has(save)) {
                iptables.put(family, IptablesRules.read(tools.run(Step.of(save))));
            }
        }
        return new Installed(iptables, table(), routing(), passthroughAddress());
    }

    private String table() {
        if (!tools.has("nft")) {
            return "";
        }
        var header = "table " + NftablesText.TABLE;
        boolean there = tools.run(Step.of("nft", "list", "tables")).lines().anyMatch(header::equals);
        return there ? tools.run(Step.of("nft", "list", "table", "inet", "heddle")) : "";
    }

    private Map<Family, List<RoutingRule>> routing() {
        var found = new EnumMap<Family, List<RoutingRule>>(Family.class);
        if (!tools.has("ip")) {
            return found;
        }
        for (var family : Family.values()) {
            if (family == Family.IPV4 || Tools.hasIpv6()) {
                found.put(
                        family,
                        routing(tools.run(Step.of(
                                "ip",
                                family.flag(),
                                "rule",
                                "show",
                                "protocol",
                                Integer.toString(Interception.ROUTING_PROTOCOL)))));
            }
        }
        return found;
    }

    /// In the order in which they are installed; the kernel shows the latest first.
    private static List<RoutingRule> routing(String shown) {
        var rules = new ArrayList<RoutingRule>();
        var marked = MARKED.matcher(shown);
        while (marked.find()) {
            rules.add(new RoutingRule.Marked(Integer.decode(marked.group(1)), Integer.parseInt(marked.group(2))));
        }
        var answers = FROM_LOOPBACK.matcher(shown);
        while (answers.find()) {
            rules.add(new RoutingRule.FromLoopback(Integer.parseInt(answers.group(1))));
        }
        return rules;
    }

    private boolean passthroughAddress() {
        return tools.has("ip")
                && Tools.hasIpv6()
                && tools.run(Step.of("ip", "-6", "address", "show", "dev", "lo"))
                        .contains(" " + Family.IPV6.passthroughSource().text() + " ");
    }
}
