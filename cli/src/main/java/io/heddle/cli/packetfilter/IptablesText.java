package io.heddle.cli.packetfilter;

import io.heddle.cli.packetfilter.IptablesRules.Table;
import io.heddle.cli.rules.Condition;
import io.heddle.cli.rules.Family;
import io.heddle.cli.rules.Rule;
import io.heddle.cli.rules.RuleSet;
import io.heddle.cli.rules.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Writes rules in the words of iptables and ip6tables. Pure.
final class IptablesText {
    private IptablesText() {}

    /// The rules for one protocol version.
    static IptablesRules of(RuleSet rules, Family family) {
        if (!rules.families().contains(family)) {
            return IptablesRules.NONE;
        }
        var chains = new TreeMap<String, Map<String, List<String>>>();
        for (var chain : rules.chains()) {
            chains.computeIfAbsent(chain.table(), _ -> new LinkedHashMap<>())
                    .put(
                            chain.name().iptables(),
                            chain.rules().stream()
                                    .filter(rule -> rule.isFor(family))
                                    .map(IptablesText::rule)
                                    .toList());
        }
        var entries = new TreeMap<String, List<String>>();
        rules.hooks()
                .forEach((hook, list) -> list.stream()
                        .filter(rule -> rule.isFor(family))
                        .forEach(rule -> entries.computeIfAbsent(hook.table(), _ -> new ArrayList<>())
                                .add("-A " + hook.chain() + " " + rule(rule))));
        var tables = new TreeMap<String, Table>();
        chains.forEach((name, found) -> tables.put(name, new Table(found, entries.getOrDefault(name, List.of()))));
        return new IptablesRules(tables);
    }

    private static String rule(Rule rule) {
        return Stream.concat(
                        rule.conditions().stream().map(IptablesText::condition),
                        Stream.of("-j " + verdict(rule.verdict())))
                .collect(Collectors.joining(" "));
    }

    private static String condition(Condition condition) {
        return switch (condition) {
            case Condition.Protocol protocol -> "-p " + protocol.transport().word();
            case Condition.DestinationPort port ->
                "-m " + port.transport().word() + " --dport " + port.ports().text(':');
            case Condition.Destination to ->
                (to.other() ? "! " : "") + "-d " + to.network().text();
            case Condition.Source from -> "-s " + from.network().text();
            case Condition.DestinationElsewhere _ -> "-m addrtype ! --dst-type LOCAL";
            case Condition.In in -> "-i " + in.name();
            case Condition.Out out -> "-o " + out.name();
            case Condition.User user -> "-m owner --uid-owner " + user.ids().text('-');
            case Condition.Group group -> "-m owner --gid-owner " + group.ids().text('-');
            case Condition.Mark mark -> "-m mark --mark " + hex(mark.value());
            case Condition.ConnectionMark mark -> "-m connmark --mark " + hex(mark.value());
            case Condition.Established _ -> "-m conntrack --ctstate RELATED,ESTABLISHED";
            case Condition.TransparentSocket _ -> "-m socket --transparent";
        };
    }

    private static String verdict(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Return _ -> "RETURN";
            case Verdict.Accept _ -> "ACCEPT";
            case Verdict.Jump jump -> jump.chain().iptables();
            case Verdict.Redirect redirect -> "REDIRECT --to-ports " + redirect.port();
            case Verdict.Tproxy tproxy ->
                "TPROXY --on-port " + tproxy.port() + " --tproxy-mark " + hex(tproxy.mark()) + "/0xffffffff";
            case Verdict.SetMark mark -> "MARK --set-xmark " + hex(mark.mark()) + "/0xffffffff";
            case Verdict.SaveMark _ -> "CONNMARK --save-mark";
            case Verdict.RestoreMark _ -> "CONNMARK --restore-mark";
        };
    }

    private static String hex(int mark) {
        return "0x" + Integer.toHexString(mark);
    }
}
