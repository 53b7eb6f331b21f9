package io.heddle.xds.write;

import io.envoyproxy.envoy.config.rbac.v3.Permission;
import io.envoyproxy.envoy.config.rbac.v3.Policy;
import io.envoyproxy.envoy.config.rbac.v3.Principal;
import io.heddle.model.resource.AccessPolicy;
import io.heddle.model.resource.AccessPolicy.Rule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Writes access policies as Envoy's RBAC filters, in the form that Istio gives them: first a filter of all DENY
/// policies, then one of all ALLOW policies. A policy without rules is written as one that matches nothing, so that a
/// denial can name it.
final class AccessWriter {
    static final String FILTER = "envoy.filters.http.rbac";

    private static final Policy NEVER = Policy.newBuilder()
            .addPermissions(
                    Permission.newBuilder().setNotRule(Permission.newBuilder().setAny(true)))
            .addPrincipals(
                    Principal.newBuilder().setNotId(Principal.newBuilder().setAny(true)))
            .build();

    private final InboundPort port;

    AccessWriter(InboundPort port) {
        this.port = port;
    }

    /// The configurations of the filters of requests in their order; none when no policy applies.
    List<io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC> write(List<AccessPolicy> policies) {
        return byAction(policies, false).stream()
                .map(rules -> io.envoyproxy
                        .envoy
                        .extensions
                        .filters
                        .http
                        .rbac
                        .v3
                        .RBAC
                        .newBuilder()
                        .setRules(rules)
                        .build())
                .toList();
    }

    /// The configurations of the filters of connections, where the application speaks TCP. As Istio has it, an
    /// ALLOW rule that asks for what only a request has never fits, and a DENY rule fits without asking for it:
    /// both let less pass.
    List<io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC> writeConnections(List<AccessPolicy> policies) {
        return byAction(policies, true).stream()
                .map(rules -> io.envoyproxy
                        .envoy
                        .extensions
                        .filters
                        .network
                        .rbac
                        .v3
                        .RBAC
                        .newBuilder()
                        .setStatPrefix("tcp.")
                        .setRules(rules)
                        .build())
                .toList();
    }

    private List<io.envoyproxy.envoy.config.rbac.v3.RBAC> byAction(List<AccessPolicy> policies, boolean tcp) {
        var rules = new ArrayList<io.envoyproxy.envoy.config.rbac.v3.RBAC>();
        for (var action : List.of(AccessPolicy.Action.DENY, AccessPolicy.Action.ALLOW)) {
            var ofAction = policies.stream()
                    .filter(policy -> policy.action() == action)
                    .sorted(Comparator.comparing(AccessPolicy::object))
                    .toList();
            if (!ofAction.isEmpty()) {
                rules.add(rules(action, ofAction, tcp));
            }
        }
        return rules;
    }

    private io.envoyproxy.envoy.config.rbac.v3.RBAC rules(
            AccessPolicy.Action action, List<AccessPolicy> policies, boolean tcp) {
        var rules = io.envoyproxy
                .envoy
                .config
                .rbac
                .v3
                .RBAC
                .newBuilder()
                .setAction(
                        switch (action) {
                            case ALLOW -> io.envoyproxy.envoy.config.rbac.v3.RBAC.Action.ALLOW;
                            case DENY -> io.envoyproxy.envoy.config.rbac.v3.RBAC.Action.DENY;
                        });
        for (var policy : policies) {
            for (int i = 0; i < policy.rules().size(); i++) {
                rules.putPolicies(name(policy, i), rule(policy.rules().get(i), action, tcp));
            }
            if (policy.rules().isEmpty()) {
                rules.putPolicies(name(policy, 0), NEVER);
            }
        }
        return rules.build();
    }

    private static String name(AccessPolicy policy, int rule) {
        var object = policy.object();
        return "ns[" + object.namespace() + "]-policy[" + object.name() + "]-rule[" + rule + "]";
    }

    private Policy rule(Rule rule, AccessPolicy.Action action, boolean tcp) {
        if (tcp && ConnectionRules.asksForRequest(rule)) {
            return switch (action) {
                case ALLOW -> NEVER;
                case DENY -> rule(ConnectionRules.withoutRequest(rule), action);
            };
        }
        return rule(rule, action);
    }

    private Policy rule(Rule rule, AccessPolicy.Action action) {
        var conditions = new ConditionWriter(port, action);
        var sourceConditions = new ArrayList<Principal>();
        var operationConditions = new ArrayList<Permission>();
        for (var condition : rule.when()) {
            conditions.write(condition, sourceConditions, operationConditions);
        }
        var policy = Policy.newBuilder();
        var sources = rule.from().stream().map(SourceWriter::write).toList();
        for (var source : sources.isEmpty() ? List.of(List.<Principal>of()) : sources) {
            var all = new ArrayList<>(source);
            all.addAll(sourceConditions);
            policy.addPrincipals(SourceWriter.allOf(all));
        }
        var writer = new OperationWriter(port);
        var operations = rule.to().stream().map(writer::write).toList();
        for (var operation : operations.isEmpty() ? List.of(List.<Permission>of()) : operations) {
            var all = new ArrayList<>(operation);
            all.addAll(operationConditions);
            policy.addPermissions(OperationWriter.allOf(all));
        }
        return policy.build();
    }
}
