package io.heddle.xds.read.filter;

import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.ratelimit.v3.RateLimitServiceConfig;
import io.envoyproxy.envoy.extensions.filters.http.ratelimit.v3.RateLimit;
import io.envoyproxy.envoy.extensions.filters.http.ratelimit.v3.RateLimitPerRoute;
import io.envoyproxy.envoy.type.v3.HttpStatus;
import io.heddle.traffic.filter.RateLimitFilter;
import io.heddle.traffic.layer.RuntimeKey;
import io.heddle.traffic.layer.RuntimeShare;
import io.heddle.traffic.outside.GrpcService;
import io.heddle.traffic.ratelimit.RateLimit.HostLimits;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.GrpcServiceReader;
import io.heddle.xds.read.core.HeaderEditReader;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.core.Values;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Reads global rate limits: those that a service outside keeps. What is not supported is an error: without
/// it more would pass, or less, than was meant.
final class RateLimitFilterReader {
    private static final Fields<RateLimit> LIMIT = Fields.refusingOthers(RateLimit.class)
            .reads("domain", "stage", "failure_mode_deny", "rate_limited_as_resource_exhausted", "stat_prefix")
            .reads("rate_limit_service", "enable_x_ratelimit_headers", "disable_x_envoy_ratelimited_header")
            .reads("response_headers_to_add", "filter_enabled", "filter_enforced", "failure_mode_deny_percent")
            .limits("timeout", "20 ms when not given")
            .limits("request_type", "by addresses: what a request says in `x-envoy-internal` is not believed")
            .limits("rate_limited_status", "a code below 400 counts as 429, as in Envoy")
            .limits("status_on_error", "500 when not given")
            .limits("rate_limits", "of whatever stage");
    private static final Fields<RateLimitServiceConfig> SERVICE = Fields.refusingOthers(RateLimitServiceConfig.class)
            .reads("grpc_service")
            .limits("transport_api_version", "`V3`, or not given");
    private static final Fields<RateLimitPerRoute> ROUTE = Fields.refusingOthers(RateLimitPerRoute.class)
            .reads("vh_rate_limits", "domain")
            .limits("rate_limits", "of whatever stage")
            .ignores("override_option");

    /// What of global rate limits is read.
    static final List<Fields<?>> FIELDS = List.of(LIMIT, SERVICE, ROUTE);

    private static final Duration TIMEOUT = Duration.ofMillis(20);
    // Envoy's keys of what these fields do not say.
    private static final RuntimeShare ENABLED =
            RuntimeShare.ALL.overriddenBy(RuntimeKey.of("ratelimit.http_filter_enabled"));
    private static final RuntimeShare ENFORCED =
            RuntimeShare.ALL.overriddenBy(RuntimeKey.of("ratelimit.http_filter_enforcing"));
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int SERVER_ERROR = 500;

    private RateLimitFilterReader() {}

    /// The filter; empty where it cannot be made, which is reported.
    static Optional<RateLimitFilter> filter(String name, RateLimit message, Scope scope) {
        scope.check(message, LIMIT);
        if (message.getDomain().isEmpty()) {
            scope.at("domain").error("is missing", "write a text");
        }
        var timeout =
                message.hasTimeout() ? Values.duration(message.getTimeout(), TIMEOUT, scope.at("timeout")) : TIMEOUT;
        var answer = answer(message, scope);
        var counting = new RateLimitFilter.Counting(
                RateLimitReader.read(message.getRateLimitsList(), scope.at("rate_limits")),
                RateLimitReader.stage(message.getStage(), scope),
                origin(message.getRequestType(), scope.at("request_type")));
        var modes = modes(message, scope);
        return service(message.getRateLimitService(), scope.at("rate_limit_service"))
                .map(service -> new RateLimitFilter(
                        name,
                        new RateLimitFilter.Settings(
                                service,
                                timeout,
                                message.getDomain(),
                                counting,
                                modes,
                                answer,
                                statPrefix(message.getStatPrefix(), scope.at("stat_prefix")))));
    }

    private static String statPrefix(String text, Scope scope) {
        if (!text.chars()
                .allMatch(c -> (c >= 'a' && c <= 'z')
                        || (c >= 'A' && c <= 'Z')
                        || (c >= '0' && c <= '9')
                        || c == '_'
                        || c == '.'
                        || c == '-')) {
            scope.error("is no part of a figure's name: " + text, "write letters, digits, '_', '.' or '-'");
            return "";
        }
        return text.replaceAll("[.-]", "_");
    }

    private static Optional<GrpcService> service(RateLimitServiceConfig message, Scope scope) {
        scope.check(message, SERVICE);
        if (message.getTransportApiVersion() == ApiVersion.UNRECOGNIZED || message.getTransportApiVersionValue() == 1) {
            scope.at("transport_api_version").error(Scope.NOT_SUPPORTED, "write V3");
        }
        var here = scope.at("grpc_service");
        var service = GrpcServiceReader.read(message.getGrpcService(), OutsideMessages.LONGEST, here);
        service.ifPresent(
                found -> here.at("envoy_grpc").at("cluster_name").mention(found.cluster(), Optional.of(false)));
        return service;
    }

    private static RateLimitFilter.Modes modes(RateLimit message, Scope scope) {
        var denied = message.getFailureModeDeny() ? RuntimeShare.ALL : RuntimeShare.NONE;
        return new RateLimitFilter.Modes(
                message.hasFilterEnabled()
                        ? Values.share(message.getFilterEnabled(), scope.at("filter_enabled"))
                        : ENABLED,
                message.hasFilterEnforced()
                        ? Values.share(message.getFilterEnforced(), scope.at("filter_enforced"))
                        : ENFORCED,
                message.hasFailureModeDenyPercent()
                        ? Values.share(message.getFailureModeDenyPercent(), scope.at("failure_mode_deny_percent"))
                        : denied);
    }

    private static RateLimitFilter.Origin origin(String text, Scope scope) {
        return switch (text) {
            case "", "both" -> RateLimitFilter.Origin.BOTH;
            case "internal" -> RateLimitFilter.Origin.INTERNAL;
            case "external" -> RateLimitFilter.Origin.EXTERNAL;
            default -> {
                scope.error("is not known: " + text, "write internal, external or both");
                yield RateLimitFilter.Origin.BOTH;
            }
        };
    }

    private static RateLimitFilter.Answer answer(RateLimit message, Scope scope) {
        boolean tells = switch (message.getEnableXRatelimitHeaders()) {
            case OFF -> false;
            case DRAFT_VERSION_03 -> true;
            case UNRECOGNIZED -> {
                scope.at("enable_x_ratelimit_headers").error("is not known", "write OFF or DRAFT_VERSION_03");
                yield false;
            }
        };
        int status = status(message.getRateLimitedStatus(), TOO_MANY_REQUESTS, scope.at("rate_limited_status"));
        return new RateLimitFilter.Answer(
                status < 400 ? TOO_MANY_REQUESTS : status,
                status(message.getStatusOnError(), SERVER_ERROR, scope.at("status_on_error")),
                message.getRateLimitedAsResourceExhausted(),
                !message.getDisableXEnvoyRatelimitedHeader(),
                HeaderEditReader.options(message.getResponseHeadersToAddList(), scope, "response_headers_to_add"),
                tells);
    }

    private static int status(HttpStatus message, int standard, Scope scope) {
        scope.check(message, LocalRateLimitReader.STATUS);
        int code = message.getCodeValue();
        return code < 200 || code > 599 ? standard : code;
    }

    static RateLimitFilter.PerRoute route(RateLimitPerRoute message, Scope scope) {
        scope.check(message, ROUTE);
        var host = switch (message.getVhRateLimits()) {
            case OVERRIDE -> HostLimits.OVERRIDE;
            case INCLUDE -> HostLimits.INCLUDE;
            case IGNORE -> HostLimits.IGNORE;
            case UNRECOGNIZED -> {
                scope.at("vh_rate_limits").error("is not known", "write OVERRIDE, INCLUDE or IGNORE");
                yield HostLimits.OVERRIDE;
            }
        };
        return new RateLimitFilter.PerRoute(
                host, message.getDomain(), RateLimitReader.read(message.getRateLimitsList(), scope.at("rate_limits")));
    }
}
