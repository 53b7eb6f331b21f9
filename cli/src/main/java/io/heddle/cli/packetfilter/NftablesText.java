package io.heddle.cli.packetfilter;

import io.heddle.cli.rules.Cidr;
import io.heddle.cli.rules.Condition;
import io.heddle.cli.rules.Family;
import io.heddle.cli.rules.Rule;
import io.heddle.cli.rules.RuleSet;
import io.heddle.cli.rules.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// Writes rules in the words of nftables: one table of our own, for both protocol versions. Pure.
final class NftablesText {
    /// The table's family and name.
    static final String TABLE = "inet heddle";

    private NftablesText() {}

    /// The table, as `nft list table` prints it and `nft -f` reads it.
    static String of(RuleSet rules) {
        var out = new StringBuilder("table " + TABLE + " {\n");
        var blocks = new ArrayList<String>();
        for (var chain : rules.chains()) {
            blocks.add(chain(chain.name().nft(), List.of(), lines(chain.rules(), rules)));
        }
        rules.hooks()
                .forEach((hook, list) -> blocks.add(
                        chain(hook.nftName(), List.of(hook.nftType() + "; policy accept;"), entries(list, rules))));
        out.append(String.join("\n", blocks));
        return out.append("}\n").toString();
    }

    /// The input of `nft -f` that turns the table `now` into `wanted`, at once or not at all; either may be empty.
    static String transition(String now, String wanted) {
        if (now.isEmpty()) {
            return wanted;
        }
        return "delete table " + TABLE + "\n" + wanted;
    }

    private static String chain(String name, List<String> head, List<String> rules) {
        var out = new StringBuilder("\tchain " + name + " {\n");
        head.forEach(line -> out.append("\t\t").append(line).append('\n'));
        rules.forEach(line -> out.append("\t\t").append(line).append('\n'));
        return out.append("\t}\n").toString();
    }

    private static List<String> entries(List<Rule> list, RuleSet rules) {
        var lines = new ArrayList<String>();
        for (var family : Family.values()) {
            if (!rules.families().contains(family)) {
                lines.add("meta nfproto " + word(family) + " accept");
            }
        }
        lines.addAll(lines(list, rules));
        return lines;
    }

    private static List<String> lines(List<Rule> list, RuleSet rules) {
        var lines = new ArrayList<String>();
        for (var rule : list) {
            if (rule.verdict() instanceof Verdict.Tproxy tproxy) {
                // The target names the version, so there is one rule for each.
                for (var family : Family.values()) {
                    if (rules.families().contains(family)) {
                        lines.add("meta nfproto " + word(family) + " " + conditions(rule) + tproxy(tproxy, family));
                    }
                }
                // Where nobody listens, nftables goes on to the next rule: the application must not be what comes then.
                lines.add(conditions(rule) + "drop");
            } else if (rules.families().stream().anyMatch(rule::isFor)) {
                lines.add(conditions(rule) + verdict(rule.verdict()));
            }
        }
        return lines;
    }

    private static String conditions(Rule rule) {
        boolean named = rule.conditions().stream().anyMatch(Condition.DestinationPort.class::isInstance);
        return rule.conditions().stream()
                .filter(condition -> !(named && condition instanceof Condition.Protocol))
                .map(condition -> condition(condition) + " ")
                .collect(Collectors.joining());
    }

    private static String condition(Condition condition) {
        return switch (condition) {
            case Condition.Protocol protocol ->
                "meta l4proto " + protocol.transport().word();
            case Condition.DestinationPort port ->
                port.transport().word() + " dport " + port.ports().text('-');
            case Condition.Destination to ->
                ip(to.network()) + " daddr " + (to.other() ? "!= " : "") + address(to.network());
            case Condition.Source from -> ip(from.network()) + " saddr " + address(from.network());
            case Condition.DestinationElsewhere _ -> "fib daddr type != local";
            case Condition.In in -> "iifname \"" + pattern(in.name()) + "\"";
            case Condition.Out out -> "oifname \"" + pattern(out.name()) + "\"";
            case Condition.User user -> "meta skuid " + user.ids().text('-');
            case Condition.Group group -> "meta skgid " + group.ids().text('-');
            case Condition.Mark mark -> "meta mark " + hex(mark.value());
            case Condition.ConnectionMark mark -> "ct mark " + hex(mark.value());
            case Condition.Established _ -> "ct state established,related";
            case Condition.TransparentSocket _ -> "socket transparent 1";
        };
    }

    private static String verdict(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Return _ -> "return";
            case Verdict.Accept _ -> "accept";
            case Verdict.Jump jump -> "jump " + jump.chain().nft();
            case Verdict.Redirect redirect -> "redirect to :" + redirect.port();
            case Verdict.Tproxy tproxy -> tproxy(tproxy, Family.IPV4);
            case Verdict.SetMark mark -> "meta mark set " + hex(mark.mark());
            case Verdict.SaveMark _ -> "ct mark set meta mark";
            case Verdict.RestoreMark _ -> "meta mark set ct mark";
        };
    }

    private static String tproxy(Verdict.Tproxy tproxy, Family family) {
        return "tproxy " + (family == Family.IPV4 ? "ip" : "ip6") + " to :" + tproxy.port() + " meta mark set "
                + hex(tproxy.mark()) + " accept";
    }

    private static String word(Family family) {
        return family.name().toLowerCase(Locale.ROOT);
    }

    private static String ip(Cidr network) {
        return network.family() == Family.IPV4 ? "ip" : "ip6";
    }

    /// A network of one is written as an address.
    private static String address(Cidr network) {
        var text = network.text();
        var single = network.family() == Family.IPV4 ? "/32" : "/128";
        return text.endsWith(single) ? text.substring(0, text.indexOf('/')) : text;
    }

    /// An interface name; iptables' `+` at its end is nftables' `*`.
    private static String pattern(String name) {
        return name.endsWith("+") ? name.substring(0, name.length() - 1) + "*" : name;
    }

    private static String hex(int mark) {
        return "0x%08x".formatted(mark);
    }
}
