package io.heddle.cli.intercept;

import io.heddle.cli.packetfilter.Installed;
import io.heddle.cli.packetfilter.Step;
import io.heddle.cli.rules.ChainName;
import io.heddle.cli.rules.RoutingRule;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Tells people and programs what is installed, or what would be done.
final class Report {
    private Report() {}

    /// One line for people.
    static String line(Installed installed) {
        if (!installed.hasRules()) {
            return installed.isEmpty() ? "nothing is installed" : "no rules are installed, but their routing is";
        }
        var ports = new TreeSet<String>();
        installed.port(ChainName.REDIRECT).ifPresent(port -> ports.add("outbound to " + port));
        installed.port(ChainName.IN_REDIRECT).ifPresent(port -> ports.add("inbound to " + port));
        return "%s by %s: %s"
                .formatted(
                        installed.mode(),
                        installed.backends().stream().map(Report::word).sorted().collect(Collectors.joining(" and ")),
                        String.join(", ", ports));
    }

    /// All of it for programs.
    static JsonNode json(Installed installed) {
        var root = JsonNodeFactory.instance.objectNode();
        root.put("installed", installed.hasRules());
        if (installed.hasRules()) {
            root.put("mode", installed.mode().name());
            var backends = root.putArray("backends");
            installed.backends().stream().map(Report::word).sorted().forEach(backends::add);
            installed.port(ChainName.REDIRECT).ifPresent(port -> root.put("outboundPort", port));
            installed.port(ChainName.IN_REDIRECT).ifPresent(port -> root.put("inboundPort", port));
        }
        var routing = root.putObject("routing");
        installed.routing().forEach((family, rules) -> {
            var shown = routing.putObject(word(family));
            for (var rule : rules) {
                shown.put("table", rule.table());
                switch (rule) {
                    case RoutingRule.Marked(int mark, int _) -> shown.put("mark", mark);
                    case RoutingRule.FromLoopback _ -> shown.put("answersFromLoopback", true);
                }
            }
        });
        root.put("passthroughAddress", installed.passthroughAddress());
        root.put("rules", installed.text());
        return root;
    }

    /// The steps for programs.
    static JsonNode json(List<Step> steps) {
        var root = JsonNodeFactory.instance.objectNode();
        var list = root.putArray("steps");
        for (var step : steps) {
            ObjectNode one = list.addObject();
            var words = one.putArray("command");
            step.words().forEach(words::add);
            one.put("input", step.input());
        }
        return root;
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
