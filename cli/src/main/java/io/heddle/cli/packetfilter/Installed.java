package io.heddle.cli.packetfilter;

import io.heddle.cli.rules.ChainName;
import io.heddle.cli.rules.Family;
import io.heddle.cli.rules.Interception;
import io.heddle.cli.rules.Mode;
import io.heddle.cli.rules.RoutingRule;
import io.heddle.cli.rules.RuleWriter;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

/// All that an interception puts into the kernel, as it is or as it is wanted. Immutable.
///
/// @param iptables our rules by protocol version; a version without any is not in it
/// @param nftables our table as `nft list table` prints it; empty when there is none
/// @param routing the policy routing by protocol version, in order; a version without any is not in it
/// @param passthroughAddress whether loopback has the IPv6 passthrough address; IPv4 needs none, all of 127.0.0.0/8
///     is there
public record Installed(
        Map<Family, IptablesRules> iptables,
        String nftables,
        Map<Family, List<RoutingRule>> routing,
        boolean passthroughAddress) {
    /// Nothing of ours.
    public static final Installed NOTHING = new Installed(Map.of(), "", Map.of(), false);

    private static final Pattern PORT_OF_REDIRECT = Pattern.compile("(?:REDIRECT --to-ports |redirect to :)([0-9]+)");
    private static final Pattern PORT_OF_TPROXY =
            Pattern.compile("(?:TPROXY --on-port |tproxy(?: ip6?)? to :)([0-9]+)");

    public Installed {
        var rules = new EnumMap<Family, IptablesRules>(Family.class);
        iptables.forEach((family, found) -> {
            if (!found.isEmpty()) {
                rules.put(family, found);
            }
        });
        iptables = rules;
        var rulesOfRouting = new EnumMap<Family, List<RoutingRule>>(Family.class);
        routing.forEach((family, found) -> {
            if (!found.isEmpty()) {
                rulesOfRouting.put(family, List.copyOf(found));
            }
        });
        routing = rulesOfRouting;
    }

    /// What an interception wants.
    public static Installed of(Interception wish, Backend backend) {
        var rules = RuleWriter.write(wish);
        var iptables = new EnumMap<Family, IptablesRules>(Family.class);
        var routing = new EnumMap<Family, List<RoutingRule>>(Family.class);
        for (var family : wish.families()) {
            if (backend == Backend.IPTABLES) {
                iptables.put(family, IptablesText.of(rules, family));
            }
            if (wish.mode() == Mode.TPROXY) {
                var policy = wish.inbound().policy();
                routing.put(
                        family,
                        List.of(
                                new RoutingRule.Marked(policy.mark(), policy.table()),
                                new RoutingRule.FromLoopback(policy.table())));
            }
        }
        return new Installed(
                iptables,
                backend == Backend.NFT ? NftablesText.of(rules) : "",
                routing,
                wish.families().contains(Family.IPV6));
    }

    /// Whether nothing of ours is there.
    public boolean isEmpty() {
        return equals(NOTHING);
    }

    /// Whether packets are led anywhere.
    public boolean hasRules() {
        return !iptables.isEmpty() || !nftables.isEmpty();
    }

    /// The packet filters that have rules of ours.
    public Set<Backend> backends() {
        if (iptables.isEmpty()) {
            return nftables.isEmpty() ? Set.of() : Set.of(Backend.NFT);
        }
        return nftables.isEmpty() ? Set.of(Backend.IPTABLES) : Set.of(Backend.IPTABLES, Backend.NFT);
    }

    /// How inbound connections are taken, as the rules say.
    public Mode mode() {
        return PORT_OF_TPROXY.matcher(text()).find() ? Mode.TPROXY : Mode.REDIRECT;
    }

    /// The port that one of our chains leads to.
    public OptionalInt port(ChainName chain) {
        for (var line : rules(chain)) {
            for (var pattern : new Pattern[] {PORT_OF_REDIRECT, PORT_OF_TPROXY}) {
                var matcher = pattern.matcher(line);
                if (matcher.find()) {
                    return OptionalInt.of(Integer.parseInt(matcher.group(1)));
                }
            }
        }
        return OptionalInt.empty();
    }

    private List<String> rules(ChainName chain) {
        var lines = new ArrayList<String>();
        for (var rules : iptables.values()) {
            for (var table : rules.tables().values()) {
                lines.addAll(table.chains().getOrDefault(chain.iptables(), List.of()));
            }
        }
        boolean inside = false;
        for (var line : nftables.lines().map(String::strip).toList()) {
            if (line.startsWith("chain ")) {
                inside = line.equals("chain " + chain.nft() + " {");
            } else if (inside) {
                lines.add(line);
            }
        }
        return lines;
    }

    /// All rules as text, in the words of their packet filter.
    public String text() {
        var out = new StringBuilder();
        iptables.forEach((family, rules) ->
                out.append("# ").append(family.iptables()).append('\n').append(IptablesRules.NONE.to(rules)));
        return out.append(nftables).toString();
    }
}
