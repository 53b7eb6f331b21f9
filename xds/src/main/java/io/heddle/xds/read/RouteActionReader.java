package io.heddle.xds.read;

import io.envoyproxy.envoy.config.core.v3.RuntimeFractionalPercent;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.RedirectAction;
import io.envoyproxy.envoy.config.route.v3.RouteAction.RequestMirrorPolicy;
import io.envoyproxy.envoy.config.route.v3.RouteAction.UpgradeConfig;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatchAndSubstitute;
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
    private static final Fields<io.envoyproxy.envoy.config.route.v3.RouteAction> ACTION = Fields.ignoringOthers(
                    io.envoyproxy.envoy.config.route.v3.RouteAction.class)
            .reads("cluster", "weighted_clusters", "regex_rewrite", "host_rewrite_literal", "timeout", "idle_timeout")
            .reads("retry_policy", "request_mirror_policies", "upgrade_configs")
            .limits("max_stream_duration", "`grpc_timeout_header_max` only")
            .limits("prefix_rewrite", "with a match by prefix or path")
            .limits("cluster_not_found_response_code", "the answer is always 503")
            .refuses("cluster_header", "cluster_specifier_plugin", "inline_cluster_specifier_plugin")
            .refuses("metadata_match", "path_rewrite_policy", "auto_host_rewrite", "host_rewrite_header")
            .refuses("host_rewrite_path_regex", "internal_redirect_policy");
    private static final Fields<WeightedCluster> WEIGHTED = Fields.ignoringOthers(WeightedCluster.class)
            .reads("clusters")
            .accepts("total_weight", "the sum of the weights counts")
            .refuses("header_name", "use_hash_policy");
    private static final Fields<WeightedCluster.ClusterWeight> SHARE = Fields.ignoringOthers(
                    WeightedCluster.ClusterWeight.class)
            .reads("name", "weight", "host_rewrite_literal", "request_headers_to_add", "request_headers_to_remove")
            .reads("response_headers_to_add", "response_headers_to_remove", "typed_per_filter_config")
            .refuses("cluster_header", "metadata_match");
    private static final Fields<DirectResponseAction> DIRECT = Fields.ignoringOthers(DirectResponseAction.class)
            .limits("status", "200 to 599")
            .limits("body", "given in place");
    private static final Fields<RedirectAction> REDIRECT = Fields.ignoringOthers(RedirectAction.class)
            .reads("host_redirect", "port_redirect", "path_redirect", "regex_rewrite", "response_code")
            .reads("https_redirect", "scheme_redirect", "strip_query")
            .limits("prefix_rewrite", "with a match by prefix or path");
    private static final Fields<RegexMatchAndSubstitute> REGEX_REWRITE =
            Fields.refusingOthers(RegexMatchAndSubstitute.class).reads("pattern", "substitution");
    private static final Fields<RequestMirrorPolicy> MIRROR = Fields.ignoringOthers(RequestMirrorPolicy.class)
            .reads("cluster")
            .limits("runtime_fraction", "its default value")
            .refuses("cluster_header", "request_headers_mutations", "host_rewrite_literal");

    private static final Fields<RuntimeFractionalPercent> FRACTION = Fields.ignoringOthers(
                    RuntimeFractionalPercent.class)
            .reads("default_value")
            .accepts("runtime_key", "there are no runtime keys: the default value counts");

    private static final Fields<UpgradeConfig> UPGRADE =
            Fields.refusingOthers(UpgradeConfig.class).reads("upgrade_type", "enabled", "connect_config");
    private static final Fields<UpgradeConfig.ConnectConfig> CONNECT =
            Fields.refusingOthers(UpgradeConfig.ConnectConfig.class);

    private static final Fields<io.envoyproxy.envoy.config.route.v3.RouteAction.MaxStreamDuration> DURATION =
            Fields.ignoringOthers(io.envoyproxy.envoy.config.route.v3.RouteAction.MaxStreamDuration.class)
                    .reads("grpc_timeout_header_max");

    /// What of routes' actions is read.
    static final List<Fields<?>> FIELDS = List.of(
            ACTION, WEIGHTED, SHARE, DIRECT, REDIRECT, REGEX_REWRITE, MIRROR, FRACTION, UPGRADE, CONNECT, DURATION);

    private RouteActionReader() {}

    static Optional<RouteAction> read(
            io.envoyproxy.envoy.config.route.v3.Route message, Inherited inherited, Scope scope) {
        return switch (message.getActionCase()) {
            case ROUTE ->
                forward(message.getRoute(), message.getMatch(), inherited, scope.at("route"))
                        .map(found -> found);
            case REDIRECT -> Optional.of(redirect(message.getRedirect(), message.getMatch(), scope.at("redirect")));
            case DIRECT_RESPONSE -> {
                var response = message.getDirectResponse();
                var here = scope.at("direct_response");
                here.check(response, DIRECT);
                if (response.getStatus() < 200 || response.getStatus() > 599) {
                    here.at("status").error("is no status: " + response.getStatus(), "write 200 to 599");
                }
                var body = response.hasBody() ? Values.inline(response.getBody(), here.at("body")) : Optional.of("");
                yield body.map(text -> new RouteAction.DirectResponse(response.getStatus(), text));
            }
            case FILTER_ACTION, NON_FORWARDING_ACTION -> Optional.empty(); // refused above
            case ACTION_NOT_SET -> {
                scope.error("has no action", "set route, redirect or direct_response");
                yield Optional.empty();
            }
        };
    }

    private static Optional<RouteAction.Forward> forward(
            io.envoyproxy.envoy.config.route.v3.RouteAction message,
            RouteMatch match,
            Inherited inherited,
            Scope scope) {
        scope.check(message, ACTION);
        var choice = choice(message, inherited, scope);
        var retry = message.hasRetryPolicy()
                ? RetryReader.read(message.getRetryPolicy(), scope.at("retry_policy"))
                : inherited.retry();
        var timeouts = new Timeouts(
                message.hasTimeout()
                        ? Values.duration(message.getTimeout(), Duration.ZERO, scope.at("timeout"))
                        : Timeouts.DEFAULT.request(),
                retry.perTry(),
                message.hasIdleTimeout()
                        ? Optional.of(
                                Values.duration(message.getIdleTimeout(), Duration.ZERO, scope.at("idle_timeout")))
                        : Timeouts.DEFAULT.idle(),
                grpcTimeout(message, scope.at("max_stream_duration")));
        var host = HeadTexts.authority(message.getHostRewriteLiteral(), scope.at("host_rewrite_literal"));
        var path = path(
                message.getPrefixRewrite(),
                message.hasRegexRewrite() ? Optional.of(message.getRegexRewrite()) : Optional.empty(),
                match,
                scope);
        var mirrors = mirrors(message, inherited.table().validate(), scope);
        var upgrades = upgrades(message, scope);
        return choice.map(found ->
                new RouteAction.Forward(found, new Rewrite(host, path), timeouts, retry.policy(), mirrors, upgrades));
    }

    private static Upgrades upgrades(io.envoyproxy.envoy.config.route.v3.RouteAction message, Scope scope) {
        var types = new HashMap<String, Boolean>();
        boolean terminates = false;
        for (int i = 0; i < message.getUpgradeConfigsCount(); i++) {
            var found = message.getUpgradeConfigs(i);
            var here = scope.at("upgrade_configs", i);
            here.check(found, UPGRADE);
            here.at("connect_config").check(found.getConnectConfig(), CONNECT);
            boolean enabled = !found.hasEnabled() || found.getEnabled().getValue();
            types.put(found.getUpgradeType().toLowerCase(Locale.ROOT), enabled);
            terminates |= found.hasConnectConfig() && found.getUpgradeType().equalsIgnoreCase("CONNECT");
        }
        return new Upgrades(types, terminates);
    }

    private static Optional<ClusterChoice> choice(
            io.envoyproxy.envoy.config.route.v3.RouteAction message, Inherited route, Scope scope) {
        return switch (message.getClusterSpecifierCase()) {
            case CLUSTER -> {
                scope.at("cluster").mention(message.getCluster(), route.table().validate());
                yield Optional.of(new ClusterChoice.One(new ClusterChoice.Target(
                        message.getCluster(),
                        Optional.empty(),
                        route.changes().request(),
                        route.changes().response(),
                        Map.of())));
            }
            case WEIGHTED_CLUSTERS -> weighted(message.getWeightedClusters(), route, scope.at("weighted_clusters"));
            case CLUSTER_HEADER, CLUSTER_SPECIFIER_PLUGIN, INLINE_CLUSTER_SPECIFIER_PLUGIN ->
                Optional.empty(); // refused above
            case CLUSTERSPECIFIER_NOT_SET -> {
                scope.error("names no cluster", "set cluster or weighted_clusters");
                yield Optional.empty();
            }
        };
    }

    /// How much of its `grpc-timeout` a request gets; empty when the route does not heed that.
    private static Optional<Duration> grpcTimeout(
            io.envoyproxy.envoy.config.route.v3.RouteAction message, Scope scope) {
        var durations = message.getMaxStreamDuration();
        scope.check(durations, DURATION);
        return durations.hasGrpcTimeoutHeaderMax()
                ? Optional.of(Values.duration(
                        durations.getGrpcTimeoutHeaderMax(), Duration.ZERO, scope.at("grpc_timeout_header_max")))
                : Optional.empty();
    }

    private static Optional<ClusterChoice> weighted(WeightedCluster message, Inherited route, Scope scope) {
        scope.check(message, WEIGHTED);
        var targets = new ArrayList<ClusterChoice.Target>();
        var bounds = new ArrayList<Integer>();
        long sum = 0;
        for (int i = 0; i < message.getClustersCount(); i++) {
            var share = message.getClusters(i);
            targets.add(target(share, route, scope.at("clusters", i)));
            sum += Integer.toUnsignedLong(share.getWeight().getValue());
            bounds.add((int) Math.min(sum, Integer.MAX_VALUE));
        }
        if (sum == 0 || sum > Integer.MAX_VALUE) {
            scope.error("weights sum to " + sum, "give at least one cluster a weight, and less than 2^31 in all");
            return Optional.empty();
        }
        return Optional.of(new ClusterChoice.Weighted(targets, bounds));
    }

    private static ClusterChoice.Target target(WeightedCluster.ClusterWeight share, Inherited route, Scope scope) {
        scope.check(share, SHARE);
        if (share.getName().isEmpty()) {
            scope.at("name").error("is missing", "name a cluster");
        } else {
            scope.at("name").mention(share.getName(), route.table().validate());
        }
        var own = Changes.read(
                new Changes.Source(
                        share.getRequestHeadersToAddList(),
                        share.getRequestHeadersToRemoveList(),
                        share.getResponseHeadersToAddList(),
                        share.getResponseHeadersToRemoveList(),
                        share.getTypedPerFilterConfigMap()),
                scope);
        var all = route.below(own);
        return new ClusterChoice.Target(
                share.getName(),
                HeadTexts.authority(share.getHostRewriteLiteral(), scope.at("host_rewrite_literal")),
                all.request(),
                all.response(),
                own.overrides());
    }

    private static Rewrite.Path path(
            String prefix, Optional<RegexMatchAndSubstitute> regex, RouteMatch match, Scope scope) {
        if (regex.isPresent()) {
            var here = scope.at("regex_rewrite");
            here.check(regex.get(), REGEX_REWRITE);
            var replacement = substitution(HeadTexts.target(regex.get().getSubstitution(), here.at("substitution")));
            return MatcherReader.pattern(regex.get().getPattern(), here.at("pattern"))
                    .<Rewrite.Path>map(pattern -> new Rewrite.Path.Regex(pattern, replacement))
                    .orElseGet(Rewrite.Path.Keep::new);
        }
        if (prefix.isEmpty()) {
            return new Rewrite.Path.Keep();
        }
        var clean = HeadTexts.target(prefix, scope.at("prefix_rewrite"));
        return switch (match.getPathSpecifierCase()) {
            case PREFIX -> prefix(match.getPrefix(), clean);
            case PATH -> new Rewrite.Path.Full(clean);
            case PATH_SEPARATED_PREFIX -> prefix(match.getPathSeparatedPrefix(), clean);
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
            io.envoyproxy.envoy.config.route.v3.RouteAction message, Optional<Boolean> validate, Scope scope) {
        var mirrors = new ArrayList<RouteAction.Mirror>();
        for (int i = 0; i < message.getRequestMirrorPoliciesCount(); i++) {
            var policy = message.getRequestMirrorPolicies(i);
            var here = scope.at("request_mirror_policies", i);
            here.check(policy, MIRROR);
            here.at("runtime_fraction").check(policy.getRuntimeFraction(), FRACTION);
            int share = policy.hasRuntimeFraction()
                    ? Values.millionths(policy.getRuntimeFraction().getDefaultValue(), here.at("runtime_fraction"))
                    : 1_000_000;
            here.at("cluster").mention(policy.getCluster(), validate);
            mirrors.add(new RouteAction.Mirror(policy.getCluster(), share));
        }
        return mirrors;
    }

    private static RouteAction redirect(RedirectAction message, RouteMatch match, Scope scope) {
        scope.check(message, REDIRECT);
        int status = switch (message.getResponseCode()) {
            case MOVED_PERMANENTLY, UNRECOGNIZED -> 301;
            case FOUND -> 302;
            case SEE_OTHER -> 303;
            case TEMPORARY_REDIRECT -> 307;
            case PERMANENT_REDIRECT -> 308;
        };
        var scheme = message.getHttpsRedirect()
                ? Optional.of("https")
                : HeadTexts.scheme(message.getSchemeRedirect(), scope.at("scheme_redirect"));
        var path = message.getPathRedirect().isEmpty()
                ? path(
                        message.getPrefixRewrite(),
                        message.hasRegexRewrite() ? Optional.of(message.getRegexRewrite()) : Optional.empty(),
                        match,
                        scope)
                : new Rewrite.Path.Full(HeadTexts.target(message.getPathRedirect(), scope.at("path_redirect")));
        return new RouteAction.Redirect(
                status,
                scheme,
                HeadTexts.authority(message.getHostRedirect(), scope.at("host_redirect")),
                message.getPortRedirect() == 0 ? Optional.empty() : Optional.of(message.getPortRedirect()),
                new Rewrite(Optional.empty(), path),
                message.getStripQuery());
    }
}
