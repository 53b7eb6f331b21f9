package io.heddle.dialect.istio;

import io.heddle.dialect.tree.Addresses;
import io.heddle.dialect.tree.Fields;
import io.heddle.model.resource.AccessPolicy;
import io.heddle.model.resource.AccessPolicy.Action;
import io.heddle.model.resource.AccessPolicy.Condition;
import io.heddle.model.resource.AccessPolicy.Rule;
import io.heddle.model.resource.Resource;
import java.util.ArrayList;
import java.util.List;

/// Reads an Istio AuthorizationPolicy.
///
/// It fails closed: what cannot be enforced exactly as written is refused. An empty source, operation or list would
/// match everybody and is refused too, as Istio does.
public final class AuthorizationPolicyReader {
    private static final List<String> PLAIN_KEYS =
            List.of("source.ip", "source.namespace", "source.principal", "destination.port");

    private AuthorizationPolicyReader() {}

    /// The policy in `root`.
    public static Resource read(Fields root) {
        var spec = root.requiredObject("spec");
        spec.refuse("targetRef", "cannot be enforced yet", "use selector");
        spec.refuse("targetRefs", "cannot be enforced yet", "use selector");
        spec.refuse("provider", "cannot be enforced yet: there are no external authorizers", "use ALLOW and DENY");
        var selector = PeerAuthenticationReader.selector(spec);
        var action = action(spec);
        var rules = new ArrayList<Rule>();
        for (var rule : spec.objects("rules")) {
            rules.add(rule(rule));
        }
        if (action == Action.DENY && rules.isEmpty()) {
            spec.warning("rules", "a DENY policy without rules denies nothing", "add a rule; rules: [{}] denies all");
        }
        return new AccessPolicy(root.object(), selector, action, rules);
    }

    private static Action action(Fields spec) {
        var action = spec.choice("action", List.of("ALLOW", "DENY", "AUDIT", "CUSTOM"))
                .orElse("ALLOW");
        if (action.equals("AUDIT") || action.equals("CUSTOM")) {
            spec.error("action", action + " cannot be enforced yet", "use ALLOW or DENY");
        }
        return action.equals("ALLOW") ? Action.ALLOW : Action.DENY;
    }

    private static Rule rule(Fields rule) {
        var from = new ArrayList<AccessPolicy.Source>();
        for (var entry : items(rule, "from")) {
            from.add(SourceReader.read(entry.requiredObject("source")));
        }
        var to = new ArrayList<AccessPolicy.Operation>();
        for (var entry : items(rule, "to")) {
            to.add(OperationReader.read(entry.requiredObject("operation")));
        }
        var when = new ArrayList<Condition>();
        for (var entry : items(rule, "when")) {
            when.add(condition(entry));
        }
        return new Rule(from, to, when);
    }

    private static List<Fields> items(Fields rule, String name) {
        var items = rule.objects(name);
        if (rule.has(name) && items.isEmpty()) {
            rule.error(name, "an empty list would match everything", "leave the field out, or name what it is about");
        }
        return items;
    }

    private static Condition condition(Fields entry) {
        var key = entry.requiredText("key");
        boolean header = key.matches("request\\.headers\\[[A-Za-z0-9!#$%&'*+.^_|~`:-]+]");
        if (!key.isEmpty() && !header && !PLAIN_KEYS.contains(key)) {
            entry.error(
                    "key",
                    "the attribute \"" + key + "\" cannot be enforced yet",
                    "use request.headers[name], " + String.join(", ", PLAIN_KEYS));
        }
        var values = Patterns.read(entry, "values");
        var notValues = Patterns.read(entry, "notValues");
        if (!entry.has("values") && !entry.has("notValues")) {
            entry.error("values", "is required, unless notValues is given", "add values or notValues");
        }
        checkValues(entry, key, values, "values");
        checkValues(entry, key, notValues, "notValues");
        return new Condition(key, values, notValues);
    }

    private static void checkValues(Fields entry, String key, List<String> values, String name) {
        for (int i = 0; i < values.size(); i++) {
            var value = values.get(i);
            var place = name + "[" + i + "]";
            if (key.equals("source.ip") && !Addresses.isBlock(value)) {
                entry.error(
                        place,
                        "\"" + value + "\" is neither an IP address nor a CIDR range",
                        "for example 10.0.0.7 or 10.9.0.0/16");
            }
            if (key.equals("destination.port") && !Patterns.isPort(value)) {
                entry.error(place, "\"" + value + "\" is not a port", "use a number from 1 to 65535");
            }
            if (key.equals("source.principal")) {
                Patterns.refuseScheme(entry, place, value);
            }
        }
    }
}
