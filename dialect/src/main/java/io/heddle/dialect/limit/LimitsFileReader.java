package io.heddle.dialect.limit;

import io.heddle.dialect.tree.Fields;
import io.heddle.dialect.tree.TreeReader;
import io.heddle.model.limit.LimitDomain;
import io.heddle.model.limit.LimitEntry;
import io.heddle.model.limit.LimitPolicy;
import io.heddle.model.limit.LimitRate;
import io.heddle.model.limit.LimitRule;
import io.heddle.model.limit.LimitUnit;
import io.heddle.model.name.ObjectName;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Reads a file of rate limits as Envoy's rate limit service has it: one domain and its descriptors,
/// nested. What the service does not know is refused, as it is there. Scalars are texts where it wants texts:
/// `value: 007` is three characters.
public final class LimitsFileReader {
    private static final Set<String> TEXTS = Set.of("domain", "key", "value", "name", "unit");
    private static final String METADATA = "metadata";
    private static final long MOST = 0xFFFFFFFFL;
    private static final Set<String> UNITS =
            Stream.of(LimitUnit.values()).map(LimitsFileReader::text).collect(Collectors.toSet());

    private LimitsFileReader() {}

    private static String text(LimitUnit unit) {
        return unit.name().toLowerCase(Locale.ROOT);
    }

    /// The domain in `text`; refused with all problems.
    ///
    /// @param file the file's name, for problems
    public static Checked<LimitDomain> read(String file, String text) {
        var object = new ObjectName("RateLimits", "file", file);
        return switch (TreeReader.read(text, LimitsFileReader::isText)) {
            case Checked.Rejected<List<TreeReader.Root>>(var problems) ->
                new Checked.Rejected<>(problems.stream()
                        .map(problem ->
                                Problem.error(object.toString(), problem.path(), problem.reason(), problem.remedy()))
                        .toList());
            case Checked.Ok<List<TreeReader.Root>>(var roots, var _) -> domain(object, roots);
        };
    }

    private static boolean isText(String path) {
        return TEXTS.contains(path.substring(path.lastIndexOf('.') + 1)) && !path.contains(METADATA + ".");
    }

    private static Checked<LimitDomain> domain(ObjectName object, List<TreeReader.Root> roots) {
        if (roots.size() != 1 || !(roots.getFirst().value() instanceof Map<?, ?> map)) {
            return Checked.rejected(Problem.error(
                    object.toString(), "", "is not one document with a domain", "write domain and descriptors"));
        }
        var tree = new LinkedHashMap<String, Object>();
        map.forEach((key, value) -> tree.put(String.valueOf(key), value));
        var root = Fields.root(object, tree);
        var domain = new LimitDomain(root.requiredText("domain"), rules(root));
        return Checked.of(domain, root.finish());
    }

    private static List<LimitRule> rules(Fields parent) {
        var rules = new ArrayList<LimitRule>();
        var taken = new HashSet<LimitEntry>();
        for (var fields : parent.objects("descriptors")) {
            var rule = rule(fields);
            if (!taken.add(new LimitEntry(rule.key(), rule.value()))) {
                fields.error("", "stands twice", "remove one of them");
            }
            rules.add(rule);
        }
        return rules;
    }

    private static LimitRule rule(Fields fields) {
        fields.warn("detailed_metric", "has no effect: figures are by rule", "remove it");
        fields.warn("value_to_metric", "has no effect: figures are by rule", "remove it");
        var value = fields.emptiableText("value").orElse("");
        boolean shared = fields.flag("share_threshold").orElse(false);
        if (shared && !value.contains("*")) {
            fields.error("share_threshold", "has no sense where value has no wildcard", "remove it, or add a *");
        }
        return new LimitRule(
                fields.requiredText("key"),
                value,
                fields.optionalObject("rate_limit").map(LimitsFileReader::policy),
                new LimitRule.Modes(
                        fields.flag("shadow_mode").orElse(false),
                        fields.flag("quota_mode").orElse(false),
                        shared),
                fields.tree(METADATA),
                rules(fields));
    }

    private static LimitPolicy policy(Fields fields) {
        var name = fields.text("name").orElse("");
        var replaces = fields.objects("replaces").stream()
                .map(other -> other.requiredText("name"))
                .collect(Collectors.toSet());
        if (!name.isEmpty() && replaces.contains(name)) {
            fields.error("replaces", "names this limit itself", "name another limit");
        }
        boolean unlimited = fields.flag("unlimited").orElse(false);
        if (unlimited) {
            fields.refuse("unit", "has no sense with unlimited", "remove one of them");
            fields.warn("requests_per_unit", "has no effect with unlimited", "remove one of them");
            return new LimitPolicy(Optional.empty(), name, replaces);
        }
        return new LimitPolicy(Optional.of(rate(fields)), name, replaces);
    }

    private static LimitRate rate(Fields fields) {
        long requests = fields.longInteger("requests_per_unit", 0, MOST).orElse(0L);
        var unit = fields.requiredText("unit").toLowerCase(Locale.ROOT);
        if (!unit.isEmpty() && !UNITS.contains(unit)) {
            fields.error("unit", "\"" + unit + "\" is no unit", "use one of " + String.join(", ", UNITS));
        }
        return Stream.of(LimitUnit.values())
                .filter(known -> text(known).equals(unit))
                .findFirst()
                .map(known -> new LimitRate(requests, known))
                .orElse(new LimitRate(requests, LimitUnit.SECOND));
    }
}
