package io.heddle.xds.read.route;

import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.RedirectAction;
import io.envoyproxy.envoy.config.route.v3.RouteAction.UpgradeConfig;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.heddle.traffic.ratelimit.RateLimit;
import io.heddle.traffic.reply.BodyFormat;
import io.heddle.traffic.resilience.RoutingPriority;
import io.heddle.traffic.route.ClusterChoice;
import io.heddle.traffic.route.ForwardOptions;
import io.heddle.traffic.route.InternalRedirects;
import io.heddle.traffic.route.Placement;
import io.heddle.traffic.route.Rewrite;
import io.heddle.traffic.route.RouteAction;
import io.heddle.traffic.route.Upgrades;
import io.heddle.xds.read.core.BodyFormatReader;
import io.heddle.xds.read.core.DataSourceReader;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.HashPolicyReader;
import io.heddle.xds.read.core.HeadTexts;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.core.UpgradeTypes;
import io.heddle.xds.read.core.Values;
import io.heddle.xds.read.filter.RateLimitReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;

/// Reads what a route does.
final class RouteActionReader {
    private static final Fields<io.envoyproxy.envoy.config.route.v3.RouteAction> ACTION = Fields.ignoringOthers(
                    io.envoyproxy.envoy.config.route.v3.RouteAction.class)
            .reads("cluster", "cluster_header", "weighted_clusters", "cluster_not_found_response_code")
            .reads(
                    "regex_rewrite",
                    "host_rewrite_literal",
                    "host_rewrite_header",
                    "host_rewrite_path_regex",
                    "auto_host_rewrite")
            .reads("append_x_forwarded_host", "timeout", "idle_timeout", "max_stream_duration")
            .reads("retry_policy", "request_mirror_policies", "upgrade_configs", "internal_redirect_policy")
            .limits("path_rewrite_policy", "`envoy.path.rewrite.uri_template`")
            .limits("prefix_rewrite", "with a match by prefix or path")
            .reads("priority", "hedge_policy", "max_grpc_timeout", "grpc_timeout_offset")
            .limits("metadata_match", "`envoy.lb`")
            .refuses("cluster_specifier_plugin", "inline_cluster_specifier_plugin", "retry_policy_typed_config")
            .reads("hash_policy", "rate_limits", "include_vh_rate_limits")
            .limits("cors", "where `typed_per_filter_config` has none")
            .refuses("internal_redirect_action", "max_internal_redirects")
            .limits("path_rewrite", "operators over the request's head")
            .limits("host_rewrite", "operators over the request's head");
    private static final Fields<DirectResponseAction> DIRECT = Fields.ignoringOthers(DirectResponseAction.class)
            .limits("status", "200 to 599")
            .limits("body", "text in UTF-8")
            .reads("body_format");
    private static final Fields<RedirectAction> REDIRECT = Fields.ignoringOthers(RedirectAction.class)
            .reads("host_redirect", "port_redirect", "path_redirect", "regex_rewrite", "response_code")
            .reads("https_redirect", "scheme_redirect", "strip_query")
            .limits("prefix_rewrite", "with a match by prefix or path")
            .limits("path_rewrite", "operators over the request's head");

    private static final Fields<UpgradeConfig> UPGRADE =
            Fields.refusingOthers(UpgradeConfig.class).reads("upgrade_type", "enabled", "connect_config");
    private static final Fields<UpgradeConfig.ConnectConfig> CONNECT =
            Fields.refusingOthers(UpgradeConfig.ConnectConfig.class);

    /// What of routes' actions is read.
    static final List<Fields<?>> FIELDS = List.of(ACTION, DIRECT, REDIRECT, UPGRADE, CONNECT);

    private static final int LARGEST_PORT = 65_535;

    private RouteActionReader() {}

    /// The action of `message`; `route` is what holds for it.
    static Optional<RouteAction> read(io.envoyproxy.envoy.config.route.v3.Route message, Inherited route, Scope scope) {
        return switch (message.getActionCase()) {
            case ROUTE ->
                forward(message.getRoute(), message.getMatch(), route, scope.at("route"))
                        .map(found -> found);
            case REDIRECT -> Optional.of(redirect(message.getRedirect(), message.getMatch(), scope.at("redirect")));
            case DIRECT_RESPONSE -> direct(message.getDirectResponse(), route, scope.at("direct_response"));
            case FILTER_ACTION, NON_FORWARDING_ACTION -> Optional.empty(); // refused above
            case ACTION_NOT_SET -> {
                scope.error("has no action", "set route, redirect or direct_response");
                yield Optional.empty();
            }
        };
    }

    private static Optional<RouteAction> direct(DirectResponseAction message, Inherited route, Scope scope) {
        scope.check(message, DIRECT);
        if (message.getStatus() < 200 || message.getStatus() > 599) {
            scope.at("status").error("is no status: " + message.getStatus(), "write 200 to 599");
        }
        var body = message.hasBody() ? DataSourceReader.text(message.getBody(), scope.at("body")) : Optional.of("");
        int size = body.orElse("").getBytes(StandardCharsets.UTF_8).length;
        if (size > route.table().largestBody()) {
            scope.at("body")
                    .error(
                            "has " + size + " bytes, more than " + route.table().largestBody(),
                            "raise max_direct_response_body_size_bytes");
        }
        Optional<BodyFormat> format = message.hasBodyFormat()
                ? BodyFormatReader.read(message.getBodyFormat(), scope.at("body_format"))
                : Optional.empty();
        return body.map(text -> new RouteAction.DirectResponse(message.getStatus(), text, format));
    }

    private static Optional<RouteAction.Forward> forward(
            io.envoyproxy.envoy.config.route.v3.RouteAction message, RouteMatch match, Inherited route, Scope scope) {
        scope.check(message, ACTION);
        var choice = ClusterChoiceReader.read(message, route, scope);
        var unhedged = message.hasRetryPolicy()
                ? RetryReader.read(message.getRetryPolicy(), scope.at("retry_policy"))
                : route.retry();
        var retry = unhedged.hedging(
                message.hasHedgePolicy()
                        ? RetryReader.hedges(message.getHedgePolicy(), scope.at("hedge_policy"))
                        : route.hedges());
        var timeouts = TimeoutsReader.read(message, retry, scope);
        var host = HeadTexts.authority(message.getHostRewriteLiteral(), scope.at("host_rewrite_literal"));
        var rewrite = new Rewrite(host, RewriteReader.path(message, match, scope));
        var own = MirrorReader.read(
                message.getRequestMirrorPoliciesList(), route.table().validate(), scope);
        var upgrades = upgrades(message, scope);
        var options = options(message, route, scope);
        var placement = new Placement(HashPolicyReader.read(message.getHashPolicyList(), scope.at("hash_policy")));
        return choice.map(found -> new RouteAction.Forward(
                hashed(found, message, placement),
                rewrite,
                timeouts,
                retry.policy(),
                own.isEmpty() ? route.mirrors() : own,
                upgrades,
                options,
                placement));
    }

    /// The choice, which the route's hash makes where the weighted clusters say so.
    private static ClusterChoice hashed(
            ClusterChoice choice, io.envoyproxy.envoy.config.route.v3.RouteAction message, Placement placement) {
        boolean byHash = message.getWeightedClusters().getUseHashPolicy().getValue();
        return byHash && choice instanceof ClusterChoice.Weighted weighted ? weighted.hashed(placement.hash()) : choice;
    }

    private static ForwardOptions options(
            io.envoyproxy.envoy.config.route.v3.RouteAction message, Inherited route, Scope scope) {
        var priority = switch (message.getPriority()) {
            case DEFAULT -> RoutingPriority.DEFAULT;
            case HIGH -> RoutingPriority.HIGH;
            case UNRECOGNIZED -> {
                scope.at("priority").error("is not known", "write DEFAULT or HIGH");
                yield RoutingPriority.DEFAULT;
            }
        };
        int notFound = switch (message.getClusterNotFoundResponseCode()) {
            case SERVICE_UNAVAILABLE -> 503;
            case NOT_FOUND -> 404;
            case INTERNAL_SERVER_ERROR -> 500;
            case UNRECOGNIZED -> {
                scope.at("cluster_not_found_response_code").error("is not known", "write NOT_FOUND for example");
                yield 503;
            }
        };
        var durations = message.getMaxStreamDuration();
        return new ForwardOptions(
                RewriteReader.host(message, scope),
                message.getAppendXForwardedHost(),
                notFound,
                message.hasInternalRedirectPolicy()
                        ? InternalRedirectReader.read(
                                message.getInternalRedirectPolicy(), scope.at("internal_redirect_policy"))
                        : InternalRedirects.NONE,
                durations.hasMaxStreamDuration()
                        ? Optional.of(Values.duration(
                                durations.getMaxStreamDuration(),
                                Duration.ZERO,
                                scope.at("max_stream_duration.max_stream_duration")))
                        : Optional.empty(),
                route.requestAttempts(),
                route.responseAttempts(),
                rateLimits(message, route, scope),
                priority,
                route.keptBody(),
                route.limits());
    }

    @SuppressWarnings("deprecation") // filters say `vh_rate_limits` now, and both are written
    private static RateLimit.OfRoute rateLimits(
            io.envoyproxy.envoy.config.route.v3.RouteAction message, Inherited route, Scope scope) {
        var own = RateLimitReader.read(message.getRateLimitsList(), scope.at("rate_limits"));
        boolean includes = message.getIncludeVhRateLimits().getValue();
        return own.isEmpty() && route.rateLimits().isEmpty()
                ? RateLimit.OfRoute.NONE
                : new RateLimit.OfRoute(own, route.rateLimits(), includes);
    }

    private static Upgrades upgrades(io.envoyproxy.envoy.config.route.v3.RouteAction message, Scope scope) {
        var types = new HashMap<String, Boolean>();
        boolean terminates = false;
        for (int i = 0; i < message.getUpgradeConfigsCount(); i++) {
            var found = message.getUpgradeConfigs(i);
            var here = scope.at("upgrade_configs", i);
            here.check(found, UPGRADE);
            here.at("connect_config").check(found.getConnectConfig(), CONNECT);
            boolean connects = found.getUpgradeType().equalsIgnoreCase("CONNECT");
            if (found.hasConnectConfig() && !connects) {
                here.at("connect_config").error("goes with upgrade_type CONNECT alone", "remove it");
            }
            boolean enabled = !found.hasEnabled() || found.getEnabled().getValue();
            UpgradeTypes.add(found.getUpgradeType(), enabled, types, here.at("upgrade_type"));
            terminates |= found.hasConnectConfig() && connects;
        }
        return new Upgrades(types, terminates);
    }

    private static RouteAction redirect(RedirectAction message, RouteMatch match, Scope scope) {
        scope.check(message, REDIRECT);
        if (message.getResponseCode() == RedirectAction.RedirectResponseCode.UNRECOGNIZED) {
            scope.at("response_code")
                    .error(
                            "is none: " + message.getResponseCodeValue(),
                            "write MOVED_PERMANENTLY, FOUND, SEE_OTHER, TEMPORARY_REDIRECT or PERMANENT_REDIRECT");
        }
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
        if (message.getPortRedirect() < 0 || message.getPortRedirect() > LARGEST_PORT) {
            scope.at("port_redirect")
                    .error("is no port: " + Integer.toUnsignedString(message.getPortRedirect()), "write 1 to 65535");
        }
        var path = RewriteReader.path(message, match, scope);
        return new RouteAction.Redirect(
                status,
                scheme,
                HeadTexts.authority(message.getHostRedirect(), scope.at("host_redirect")),
                message.getPortRedirect() == 0 ? Optional.empty() : Optional.of(message.getPortRedirect()),
                new Rewrite(Optional.empty(), path),
                message.getStripQuery());
    }
}
