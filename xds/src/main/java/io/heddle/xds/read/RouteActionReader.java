package io.heddle.xds.read;

import io.envoyproxy.envoy.config.route.v3.RedirectAction;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatchAndSubstitute;
import io.heddle.traffic.resilience.RetryPolicy;
import io.heddle.traffic.resilience.Timeouts;
import io.heddle.traffic.route.ClusterChoice;
import io.heddle.traffic.route.Rewrite;
import io.heddle.traffic.route.RouteAction;
import io.heddle.traffic.route.Upgrades;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Reads what a route does.
final class RouteActionReader {
    private RouteActionReader() {}

    static Optional<RouteAction> read(
            io.envoyproxy.envoy.config.route.v3.Route message,
            Optional<io.envoyproxy.envoy.config.route.v3.RetryPolicy> inherited,
            Scope scope) {
        return switch (message.getActionCase()) {
            case ROUTE ->
                forward(message.getRoute(), message.getMatch(), inherited, scope.at("route"))
                        .map(found -> found);
            case REDIRECT -> Optional.of(redirect(message.getRedirect(), message.getMatch(), scope.at("redirect")));
            case DIRECT_RESPONSE -> {
                var response = message.getDirectResponse();
                var here = scope.at("direct_response");
                here.knows(response, "status", "body");
                if (response.getStatus() < 200 || response.getStatus() > 599) {
                    here.at("status").error("is no status: " + response.getStatus(), "write 200 to 599");
                }
                var body = response.hasBody() ? Values.inline(response.getBody(), here.at("body")) : Optional.of("");
                yield body.map(text -> new RouteAction.DirectResponse(response.getStatus(), text));
            }
            case FILTER_ACTION, NON_FORWARDING_ACTION, ACTION_NOT_SET -> {
                scope.error("has no action that is supported", "set route, redirect or direct_response");
                yield Optional.empty();
            }
        };
    }

    private static Optional<RouteAction.Forward> forward(
            io.envoyproxy.envoy.config.route.v3.RouteAction message,
            RouteMatch match,
            Optional<io.envoyproxy.envoy.config.route.v3.RetryPolicy> inherited,
            Scope scope) {
        scope.knows(
                message,
                "cluster",
                "cluster_header",
                "weighted_clusters",
                "cluster_specifier_plugin",
                "inline_cluster_specifier_plugin",
                "cluster_not_found_response_code",
                "prefix_rewrite",
                "regex_rewrite",
                "host_rewrite_literal",
                "timeout",
                "idle_timeout",
                "retry_policy",
                "request_mirror_policies",
                "upgrade_configs");
        var choice = choice(message, scope);
        var retry = message.hasRetryPolicy() ? Optional.of(message.getRetryPolicy()) : inherited;
        var policy = retry.map(found -> RetryReader.read(found, scope.at("retry_policy")))
                .orElse(RetryPolicy.NONE);
        var perTry = retry.map(found -> Values.duration(
                        found.getPerTryTimeout(), Duration.ZERO, scope.at("retry_policy.per_try_timeout")))
                .orElse(Duration.ZERO);
        var timeouts = new Timeouts(
                message.hasTimeout()
                        ? Values.duration(message.getTimeout(), Duration.ZERO, scope.at("timeout"))
                        : Timeouts.DEFAULT.request(),
                perTry,
                message.hasIdleTimeout()
                        ? Values.duration(message.getIdleTimeout(), Duration.ZERO, scope.at("idle_timeout"))
                        : Timeouts.DEFAULT.idle());
        var host = message.getHostRewriteLiteral().isEmpty()
                ? Optional.<String>empty()
                : Optional.of(message.getHostRewriteLiteral());
        var path = path(
                message.getPrefixRewrite(),
                message.hasRegexRewrite() ? Optional.of(message.getRegexRewrite()) : Optional.empty(),
                match,
                scope);
        var mirrors = mirrors(message, scope);
        var upgrades = upgrades(message, scope);
        return choice.map(
                found -> new RouteAction.Forward(found, new Rewrite(host, path), timeouts, policy, mirrors, upgrades));
    }

    private static Upgrades upgrades(io.envoyproxy.envoy.config.route.v3.RouteAction message, Scope scope) {
        var types = new HashMap<String, Boolean>();
        boolean terminates = false;
        for (int i = 0; i < message.getUpgradeConfigsCount(); i++) {
            var found = message.getUpgradeConfigs(i);
            var here = scope.at("upgrade_configs", i);
            here.demands(found, "upgrade_type", "enabled", "connect_config");
            here.at("connect_config").demands(found.getConnectConfig());
            boolean enabled = !found.hasEnabled() || found.getEnabled().getValue();
            types.put(found.getUpgradeType().toLowerCase(Locale.ROOT), enabled);
            terminates |= found.hasConnectConfig() && found.getUpgradeType().equalsIgnoreCase("CONNECT");
        }
        return new Upgrades(types, terminates);
    }

    private static Optional<ClusterChoice> choice(
            io.envoyproxy.envoy.config.route.v3.RouteAction message, Scope scope) {
        return switch (message.getClusterSpecifierCase()) {
            case CLUSTER ->
                Optional.of(new ClusterChoice.One(new ClusterChoice.Target(
                        message.getCluster(), Optional.empty(), List.of(), List.of(), Map.of())));
            case WEIGHTED_CLUSTERS -> weighted(message.getWeightedClusters(), scope.at("weighted_clusters"));
            case CLUSTER_HEADER,
                    CLUSTER_SPECIFIER_PLUGIN,
                    INLINE_CLUSTER_SPECIFIER_PLUGIN,
                    CLUSTERSPECIFIER_NOT_SET -> {
                scope.error("names no cluster in a way that is supported", "set cluster or weighted_clusters");
                yield Optional.empty();
            }
        };
    }

    private static Optional<ClusterChoice> weighted(WeightedCluster message, Scope scope) {
        scope.knows(message, "clusters", "total_weight");
        var targets = new ArrayList<ClusterChoice.Target>();
        var bounds = new ArrayList<Integer>();
        long sum = 0;
        for (int i = 0; i < message.getClustersCount(); i++) {
            var share = message.getClusters(i);
            targets.add(target(share, scope.at("clusters", i)));
            sum += Integer.toUnsignedLong(share.getWeight().getValue());
            bounds.add((int) Math.min(sum, Integer.MAX_VALUE));
        }
        if (sum == 0 || sum > Integer.MAX_VALUE) {
            scope.error("weights sum to " + sum, "give at least one cluster a weight, and less than 2^31 in all");
            return Optional.empty();
        }
        return Optional.of(new ClusterChoice.Weighted(targets, bounds));
    }

    private static ClusterChoice.Target target(WeightedCluster.ClusterWeight share, Scope scope) {
        scope.knows(
                share,
                "name",
                "cluster_header",
                "weight",
                "host_rewrite_literal",
                "request_headers_to_add",
                "request_headers_to_remove",
                "response_headers_to_add",
                "response_headers_to_remove",
                "typed_per_filter_config");
        if (share.getName().isEmpty()) {
            scope.at("name").error("is missing", "name a cluster");
        }
        return new ClusterChoice.Target(
                share.getName(),
                share.getHostRewriteLiteral().isEmpty() ? Optional.empty() : Optional.of(share.getHostRewriteLiteral()),
                HeaderEditReader.read(
                        share.getRequestHeadersToAddList(), share.getRequestHeadersToRemoveList(), scope, "request"),
                HeaderEditReader.read(
                        share.getResponseHeadersToAddList(), share.getResponseHeadersToRemoveList(), scope, "response"),
                FilterReaders.overrides(share.getTypedPerFilterConfigMap(), scope));
    }

    private static Rewrite.Path path(
            String prefix, Optional<RegexMatchAndSubstitute> regex, RouteMatch match, Scope scope) {
        if (regex.isPresent()) {
            var here = scope.at("regex_rewrite");
            return MatcherReader.pattern(regex.get().getPattern(), here.at("pattern"))
                    .<Rewrite.Path>map(pattern -> new Rewrite.Path.Regex(
                            pattern, substitution(regex.get().getSubstitution())))
                    .orElseGet(Rewrite.Path.Keep::new);
        }
        if (prefix.isEmpty()) {
            return new Rewrite.Path.Keep();
        }
        return switch (match.getPathSpecifierCase()) {
            case PREFIX -> prefix(match.getPrefix(), prefix);
            case PATH -> new Rewrite.Path.Full(prefix);
            case PATH_SEPARATED_PREFIX -> prefix(match.getPathSeparatedPrefix(), prefix);
            case SAFE_REGEX, CONNECT_MATCHER, PATH_MATCH_POLICY, PATHSPECIFIER_NOT_SET -> {
                scope.at("prefix_rewrite").error("needs a match by prefix or path", "use regex_rewrite");
                yield new Rewrite.Path.Keep();
            }
        };
    }

    private static Rewrite.Path prefix(String matched, String replacement) {
        return new Rewrite.Path.Prefix(MatcherReader.octets(matched).length(), replacement);
    }

    /// RE2's `\1` in the form that our patterns take: `$1`.
    private static String substitution(String re2) {
        var ours = new StringBuilder();
        for (int i = 0; i < re2.length(); i++) {
            char c = re2.charAt(i);
            boolean escaped = c == '\\' && i + 1 < re2.length();
            if (!escaped) {
                ours.append(c == '$' ? "\\$" : String.valueOf(c));
                continue;
            }
            char next = re2.charAt(++i);
            ours.append(Character.isDigit(next) ? '$' : '\\').append(next);
            if (Character.isDigit(next) && i + 1 < re2.length() && Character.isDigit(re2.charAt(i + 1))) {
                ours.append('\\').append(re2.charAt(++i)); // RE2 knows one digit only
            }
        }
        return ours.toString();
    }

    private static List<RouteAction.Mirror> mirrors(
            io.envoyproxy.envoy.config.route.v3.RouteAction message, Scope scope) {
        var mirrors = new ArrayList<RouteAction.Mirror>();
        for (int i = 0; i < message.getRequestMirrorPoliciesCount(); i++) {
            var policy = message.getRequestMirrorPolicies(i);
            var here = scope.at("request_mirror_policies", i);
            here.knows(policy, "cluster", "runtime_fraction");
            int share = policy.hasRuntimeFraction()
                    ? Values.millionths(policy.getRuntimeFraction().getDefaultValue(), here.at("runtime_fraction"))
                    : 1_000_000;
            mirrors.add(new RouteAction.Mirror(policy.getCluster(), share));
        }
        return mirrors;
    }

    private static RouteAction redirect(RedirectAction message, RouteMatch match, Scope scope) {
        scope.knows(
                message,
                "host_redirect",
                "port_redirect",
                "path_redirect",
                "prefix_rewrite",
                "regex_rewrite",
                "response_code",
                "https_redirect",
                "scheme_redirect",
                "strip_query");
        int status = switch (message.getResponseCode()) {
            case MOVED_PERMANENTLY, UNRECOGNIZED -> 301;
            case FOUND -> 302;
            case SEE_OTHER -> 303;
            case TEMPORARY_REDIRECT -> 307;
            case PERMANENT_REDIRECT -> 308;
        };
        var scheme = message.getHttpsRedirect() ? "https" : message.getSchemeRedirect();
        var path = message.getPathRedirect().isEmpty()
                ? path(
                        message.getPrefixRewrite(),
                        message.hasRegexRewrite() ? Optional.of(message.getRegexRewrite()) : Optional.empty(),
                        match,
                        scope)
                : new Rewrite.Path.Full(message.getPathRedirect());
        return new RouteAction.Redirect(
                status,
                scheme.isEmpty() ? Optional.empty() : Optional.of(scheme),
                message.getHostRedirect().isEmpty() ? Optional.empty() : Optional.of(message.getHostRedirect()),
                message.getPortRedirect() == 0 ? Optional.empty() : Optional.of(message.getPortRedirect()),
                new Rewrite(Optional.empty(), path),
                message.getStripQuery());
    }
}
