package io.heddle.xds.write;

import io.heddle.model.resource.AccessPolicy.Condition;
import io.heddle.model.resource.AccessPolicy.Operation;
import io.heddle.model.resource.AccessPolicy.Rule;
import java.util.List;

/// What of an access rule a connection can be asked for: everything but what only a request has (hosts, methods,
/// paths, headers).
final class ConnectionRules {
    private static final String REQUEST = "request.";

    private ConnectionRules() {}

    /// Whether the rule asks for something that only a request has.
    static boolean asksForRequest(Rule rule) {
        return rule.to().stream().anyMatch(ConnectionRules::asksForRequest)
                || rule.when().stream().anyMatch(ConnectionRules::asksForRequest);
    }

    private static boolean asksForRequest(Operation operation) {
        return !operation.equals(withoutRequest(operation));
    }

    private static boolean asksForRequest(Condition condition) {
        return condition.key().startsWith(REQUEST);
    }

    /// The rule without that: it fits more.
    static Rule withoutRequest(Rule rule) {
        return new Rule(
                rule.from(),
                rule.to().stream().map(ConnectionRules::withoutRequest).toList(),
                rule.when().stream()
                        .filter(condition -> !asksForRequest(condition))
                        .toList());
    }

    private static Operation withoutRequest(Operation operation) {
        return new Operation(
                List.of(),
                List.of(),
                operation.ports(),
                operation.notPorts(),
                List.of(),
                List.of(),
                List.of(),
                List.of());
    }
}
