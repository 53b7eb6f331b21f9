package io.heddle.xds.read.filter;

import io.envoyproxy.envoy.config.rbac.v3.MetadataSource;
import io.envoyproxy.envoy.config.rbac.v3.Policy;
import io.envoyproxy.envoy.config.rbac.v3.SourcedMetadata;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.envoyproxy.envoy.type.v3.Int32Range;
import io.heddle.traffic.rbac.Condition;
import io.heddle.traffic.rbac.ConnectionRbac;
import io.heddle.traffic.rbac.Permission;
import io.heddle.traffic.rbac.Principal;
import io.heddle.traffic.rbac.RbacRules;
import io.heddle.traffic.rbac.Rule;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.MatcherReader;
import io.heddle.xds.read.core.MetadataReader;
import io.heddle.xds.read.core.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads access rules. Whatever cannot be enforced as written is an error, so that the configuration is refused instead
/// of letting more pass than was meant.
public final class RbacReader {
    private static final Fields<RBAC> FILTER = Fields.ignoringOthers(RBAC.class)
            .reads("rules")
            .accepts("rules_stat_prefix", "denials are counted by route and flag")
            .refuses("matcher");
    private static final Fields<io.envoyproxy.envoy.config.rbac.v3.RBAC> RULES = Fields.ignoringOthers(
                    io.envoyproxy.envoy.config.rbac.v3.RBAC.class)
            .limits("action", "`ALLOW` and `DENY`; rules with `LOG` have no effect, with a warning")
            .reads("policies");
    private static final Fields<Policy> POLICY =
            Fields.refusingOthers(Policy.class).reads("permissions", "principals");
    private static final Fields<io.envoyproxy.envoy.config.rbac.v3.Permission> PERMISSION = Fields.refusingOthers(
                    io.envoyproxy.envoy.config.rbac.v3.Permission.class)
            .reads("any", "and_rules", "or_rules", "not_rule", "header", "url_path", "destination_ip")
            .reads("destination_port", "destination_port_range", "requested_server_name")
            .reads("metadata", "sourced_metadata");
    private static final Fields<io.envoyproxy.envoy.config.rbac.v3.Principal> PRINCIPAL = Fields.refusingOthers(
                    io.envoyproxy.envoy.config.rbac.v3.Principal.class)
            .reads("any", "and_ids", "or_ids", "not_id", "header", "url_path", "direct_remote_ip")
            .reads("remote_ip", "metadata", "sourced_metadata", "filter_state")
            .limits("authenticated", "the SPIFFE URI of a verified certificate")
            .limits("source_ip", "the connection's far end");

    private static final Fields<io.envoyproxy.envoy.config.rbac.v3.Permission.Set> PERMISSIONS = Fields.refusingOthers(
                    io.envoyproxy.envoy.config.rbac.v3.Permission.Set.class)
            .reads("rules");
    private static final Fields<io.envoyproxy.envoy.config.rbac.v3.Principal.Set> PRINCIPALS = Fields.refusingOthers(
                    io.envoyproxy.envoy.config.rbac.v3.Principal.Set.class)
            .reads("ids");
    private static final Fields<SourcedMetadata> SOURCED = Fields.refusingOthers(SourcedMetadata.class)
            .reads("metadata_matcher")
            .limits("metadata_source", "`DYNAMIC` only");
    private static final Fields<Int32Range> PORTS =
            Fields.refusingOthers(Int32Range.class).reads("start", "end");
    private static final Fields<io.envoyproxy.envoy.config.rbac.v3.Principal.Authenticated> AUTHENTICATED =
            Fields.refusingOthers(io.envoyproxy.envoy.config.rbac.v3.Principal.Authenticated.class)
                    .reads("principal_name");

    private static final Fields<io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC> NETWORK_FILTER =
            Fields.ignoringOthers(io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC.class)
                    .limits("rules", "conditions on requests are refused")
                    .limits("shadow_rules", "as `rules`; counted")
                    .reads("stat_prefix")
                    .accepts("shadow_rules_stat_prefix", "counted with the others")
                    .accepts("enforcement_type", "once, when the connection begins: nothing that is asked for changes")
                    .refuses("matcher");

    /// What of access rules is read.
    static final List<Fields<?>> FIELDS = List.of(
            FILTER,
            NETWORK_FILTER,
            RULES,
            POLICY,
            PERMISSION,
            PERMISSIONS,
            PORTS,
            PRINCIPAL,
            PRINCIPALS,
            SOURCED,
            AUTHENTICATED);

    private static final int DEEPEST = 32;

    private RbacReader() {}

    /// The rules; empty when none are set, which lets all pass.
    static Optional<RbacRules> read(RBAC message, Scope scope) {
        scope.check(message, FILTER);
        return message.hasRules() ? rules(message.getRules(), scope.at("rules")) : Optional.empty();
    }

    /// The rules of a network filter. Conditions on requests are refused: a connection has none, and what would
    /// become of them depends on where they stand.
    public static ConnectionRbac connection(
            io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC message, Scope scope) {
        scope.check(message, NETWORK_FILTER);
        var rules = message.hasRules() ? rules(message.getRules(), scope.at("rules")) : Optional.<RbacRules>empty();
        var shadow = message.hasShadowRules()
                ? rules(message.getShadowRules(), scope.at("shadow_rules"))
                : Optional.<RbacRules>empty();
        rules.ifPresent(found -> refuseRequests(found, scope.at("rules")));
        shadow.ifPresent(found -> refuseRequests(found, scope.at("shadow_rules")));
        return new ConnectionRbac(message.getStatPrefix(), rules, shadow);
    }

    private static void refuseRequests(RbacRules rules, Scope scope) {
        for (var policy : rules.policies()) {
            if (asksForRequest(policy.permissions()) || asksForRequest(policy.principals())) {
                scope.at("policies", policy.name())
                        .error(
                                "asks for a header, a path or metadata, which a connection does not have",
                                "remove the condition");
            }
        }
    }

    private static <T extends Condition> boolean asksForRequest(Rule<T> rule) {
        return switch (rule) {
            case Rule.Any<T>() -> false;
            case Rule.Is<T>(T condition) ->
                condition instanceof Condition.Header
                        || condition instanceof Condition.UrlPath
                        || condition instanceof Condition.Metadata
                        || condition instanceof Principal.State;
            case Rule.And<T>(List<Rule<T>> all) -> all.stream().anyMatch(RbacReader::asksForRequest);
            case Rule.Or<T>(List<Rule<T>> any) -> any.stream().anyMatch(RbacReader::asksForRequest);
            case Rule.Not<T>(Rule<T> inner) -> asksForRequest(inner);
        };
    }

    private static Optional<RbacRules> rules(io.envoyproxy.envoy.config.rbac.v3.RBAC message, Scope scope) {
        scope.check(message, RULES);
        Optional<RbacRules.Action> action = switch (message.getAction()) {
            case ALLOW -> Optional.of(RbacRules.Action.ALLOW);
            case DENY -> Optional.of(RbacRules.Action.DENY);
            case LOG -> {
                scope.at("action")
                        .warning(
                                "LOG is not supported; the rules have no effect",
                                "use ALLOW or DENY, or remove the filter");
                yield Optional.empty();
            }
            case UNRECOGNIZED -> {
                scope.at("action").error("is not known", "write ALLOW or DENY");
                yield Optional.empty();
            }
        };
        var policies = new ArrayList<RbacRules.Policy>();
        message.getPoliciesMap().forEach((name, policy) -> {
            var here = scope.at("policies", name);
            here.check(policy, POLICY);
            policies.add(new RbacRules.Policy(
                    name,
                    new Rule.Or<>(permissions(policy.getPermissionsList(), here, "permissions", 0)),
                    new Rule.Or<>(principals(policy.getPrincipalsList(), here, "principals", 0))));
        });
        return action.map(found -> new RbacRules(found, policies));
    }

    private static boolean tooDeep(int depth, Scope scope) {
        if (depth > DEEPEST) {
            scope.error("is nested more than " + DEEPEST + " deep", "write it flatter");
        }
        return depth > DEEPEST;
    }

    /// All of nothing fits everything, and one of nothing fits never: neither is what anybody means by an empty list.
    private static void refuseEmpty(List<?> messages, Scope scope, String meant) {
        if (messages.isEmpty()) {
            scope.error("is empty", "write any: true, or " + meant);
        }
    }

    private static List<Rule<Permission>> permissions(
            List<io.envoyproxy.envoy.config.rbac.v3.Permission> messages, Scope scope, String field, int depth) {
        refuseEmpty(messages, scope.at(field), "what is permitted");
        var permissions = new ArrayList<Rule<Permission>>();
        for (int i = 0; i < messages.size(); i++) {
            permission(messages.get(i), scope.at(field, i), depth).ifPresent(permissions::add);
        }
        return permissions;
    }

    @SuppressWarnings("deprecation") // `metadata` came before `sourced_metadata` and is still written
    private static Optional<Rule<Permission>> permission(
            io.envoyproxy.envoy.config.rbac.v3.Permission message, Scope scope, int depth) {
        if (tooDeep(depth, scope)) {
            return Optional.empty();
        }
        scope.check(message, PERMISSION);
        return switch (message.getRuleCase()) {
            case ANY -> Optional.of(new Rule.Any<>());
            case AND_RULES ->
                Optional.of(new Rule.And<>(
                        permissions(message.getAndRules().getRulesList(), scope, "and_rules.rules", depth + 1)));
            case OR_RULES ->
                Optional.of(new Rule.Or<>(
                        permissions(message.getOrRules().getRulesList(), scope, "or_rules.rules", depth + 1)));
            case NOT_RULE ->
                permission(message.getNotRule(), scope.at("not_rule"), depth + 1)
                        .map(Rule.Not::new);
            case HEADER ->
                is(MatcherReader.header(message.getHeader(), scope.at("header")).map(Condition.Header::new));
            case URL_PATH ->
                is(MatcherReader.urlPath(message.getUrlPath(), scope.at("url_path"))
                        .map(Condition.UrlPath::new));
            case DESTINATION_IP ->
                is(MatcherReader.addresses(message.getDestinationIp(), scope.at("destination_ip"))
                        .map(Permission.DestinationIp::new));
            case DESTINATION_PORT -> {
                int port = message.getDestinationPort();
                yield is(Optional.of(new Permission.DestinationPort(port, port + 1)));
            }
            case DESTINATION_PORT_RANGE -> {
                var range = message.getDestinationPortRange();
                yield is(Optional.of(new Permission.DestinationPort(range.getStart(), range.getEnd())));
            }
            case REQUESTED_SERVER_NAME ->
                is(MatcherReader.text(message.getRequestedServerName(), scope.at("requested_server_name"))
                        .map(Permission.ServerName::new));
            case METADATA ->
                is(MetadataReader.matcher(message.getMetadata(), scope.at("metadata"))
                        .map(Condition.Metadata::new));
            case SOURCED_METADATA -> is(sourced(message.getSourcedMetadata(), scope.at("sourced_metadata")));
            case MATCHER, URI_TEMPLATE -> Optional.empty(); // refused above
            case RULE_NOT_SET -> {
                scope.error("permits nothing in particular", "write any: true, or what is permitted");
                yield Optional.empty();
            }
        };
    }

    private static Optional<Condition.Metadata> sourced(SourcedMetadata message, Scope scope) {
        scope.check(message, SOURCED);
        if (message.getMetadataSource() != MetadataSource.DYNAMIC) {
            scope.at("metadata_source").error("is not supported", "use DYNAMIC");
        }
        return MetadataReader.matcher(message.getMetadataMatcher(), scope.at("metadata_matcher"))
                .map(Condition.Metadata::new);
    }

    private static <T extends Condition> Optional<Rule<T>> is(Optional<? extends T> condition) {
        return condition.map(Rule.Is::new);
    }

    private static List<Rule<Principal>> principals(
            List<io.envoyproxy.envoy.config.rbac.v3.Principal> messages, Scope scope, String field, int depth) {
        refuseEmpty(messages, scope.at(field), "who is meant");
        var principals = new ArrayList<Rule<Principal>>();
        for (int i = 0; i < messages.size(); i++) {
            principal(messages.get(i), scope.at(field, i), depth).ifPresent(principals::add);
        }
        return principals;
    }

    @SuppressWarnings("deprecation") // `source_ip` and `metadata` are still written
    private static Optional<Rule<Principal>> principal(
            io.envoyproxy.envoy.config.rbac.v3.Principal message, Scope scope, int depth) {
        if (tooDeep(depth, scope)) {
            return Optional.empty();
        }
        scope.check(message, PRINCIPAL);
        return switch (message.getIdentifierCase()) {
            case ANY -> Optional.of(new Rule.Any<>());
            case AND_IDS ->
                Optional.of(
                        new Rule.And<>(principals(message.getAndIds().getIdsList(), scope, "and_ids.ids", depth + 1)));
            case OR_IDS ->
                Optional.of(new Rule.Or<>(principals(message.getOrIds().getIdsList(), scope, "or_ids.ids", depth + 1)));
            case NOT_ID ->
                principal(message.getNotId(), scope.at("not_id"), depth + 1).map(Rule.Not::new);
            case AUTHENTICATED -> {
                var name = message.getAuthenticated();
                var here = scope.at("authenticated");
                here.check(name, AUTHENTICATED);
                if (!name.hasPrincipalName()) {
                    yield is(Optional.of(new Principal.Authenticated(Optional.empty())));
                }
                yield is(MatcherReader.text(name.getPrincipalName(), here.at("principal_name"))
                        .map(matcher -> new Principal.Authenticated(Optional.of(matcher))));
            }
            case SOURCE_IP ->
                is(MatcherReader.addresses(message.getSourceIp(), scope.at("source_ip"))
                        .map(Principal.SourceIp::new));
            case DIRECT_REMOTE_IP ->
                is(MatcherReader.addresses(message.getDirectRemoteIp(), scope.at("direct_remote_ip"))
                        .map(Principal.SourceIp::new));
            case REMOTE_IP ->
                is(MatcherReader.addresses(message.getRemoteIp(), scope.at("remote_ip"))
                        .map(Principal.RemoteIp::new));
            case HEADER ->
                is(MatcherReader.header(message.getHeader(), scope.at("header")).map(Condition.Header::new));
            case URL_PATH ->
                is(MatcherReader.urlPath(message.getUrlPath(), scope.at("url_path"))
                        .map(Condition.UrlPath::new));
            case METADATA ->
                is(MetadataReader.matcher(message.getMetadata(), scope.at("metadata"))
                        .map(Condition.Metadata::new));
            case SOURCED_METADATA -> is(sourced(message.getSourcedMetadata(), scope.at("sourced_metadata")));
            case FILTER_STATE ->
                is(MetadataReader.state(message.getFilterState(), scope.at("filter_state"))
                        .map(Principal.State::new));
            case CUSTOM -> Optional.empty(); // refused above
            case IDENTIFIER_NOT_SET -> {
                scope.error("names nobody in particular", "write any: true, or who is meant");
                yield Optional.empty();
            }
        };
    }
}
