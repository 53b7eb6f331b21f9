package io.heddle.xds.read.filter;

import com.google.protobuf.Any;
import com.google.protobuf.Parser;
import io.envoyproxy.envoy.config.route.v3.FilterConfig;
import io.envoyproxy.envoy.extensions.filters.http.adaptive_concurrency.v3.AdaptiveConcurrency;
import io.envoyproxy.envoy.extensions.filters.http.admission_control.v3.AdmissionControl;
import io.envoyproxy.envoy.extensions.filters.http.bandwidth_limit.v3.BandwidthLimit;
import io.envoyproxy.envoy.extensions.filters.http.buffer.v3.Buffer;
import io.envoyproxy.envoy.extensions.filters.http.buffer.v3.BufferPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.compressor.v3.Compressor;
import io.envoyproxy.envoy.extensions.filters.http.compressor.v3.CompressorPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.Cors;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.CorsPolicy;
import io.envoyproxy.envoy.extensions.filters.http.csrf.v3.CsrfPolicy;
import io.envoyproxy.envoy.extensions.filters.http.decompressor.v3.Decompressor;
import io.envoyproxy.envoy.extensions.filters.http.dynamic_forward_proxy.v3.PerRouteConfig;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.extensions.filters.http.grpc_web.v3.GrpcWeb;
import io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.HeaderMutation;
import io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.health_check.v3.HealthCheck;
import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;
import io.envoyproxy.envoy.extensions.filters.http.on_demand.v3.OnDemand;
import io.envoyproxy.envoy.extensions.filters.http.original_src.v3.OriginalSrc;
import io.envoyproxy.envoy.extensions.filters.http.ratelimit.v3.RateLimit;
import io.envoyproxy.envoy.extensions.filters.http.ratelimit.v3.RateLimitPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBACPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.http.set_metadata.v3.Config;
import io.envoyproxy.envoy.extensions.filters.http.stateful_session.v3.StatefulSession;
import io.envoyproxy.envoy.extensions.filters.http.stateful_session.v3.StatefulSessionPerRoute;
import io.heddle.traffic.filter.BandwidthLimitFilter;
import io.heddle.traffic.filter.BufferFilter;
import io.heddle.traffic.filter.CsrfFilter;
import io.heddle.traffic.filter.FaultFilter;
import io.heddle.traffic.filter.GrpcStatsFilter;
import io.heddle.traffic.filter.GrpcWebFilter;
import io.heddle.traffic.filter.HealthCheckFilter;
import io.heddle.traffic.filter.HttpFilter;
import io.heddle.traffic.filter.LocalRateLimitFilter;
import io.heddle.traffic.filter.OnDemandFilter;
import io.heddle.traffic.filter.OriginalSourceFilter;
import io.heddle.traffic.filter.SetMetadataFilter;
import io.heddle.traffic.rbac.RbacFilter;
import io.heddle.traffic.route.FilterOverride;
import io.heddle.xds.read.cluster.DynamicForwardReader;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.Findings;
import io.heddle.xds.read.core.MetadataReader;
import io.heddle.xds.read.core.Scope;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Every HTTP filter that can be read, and every override: one line each.
public final class FilterReaders {
    /// The type of the router's settings.
    public static final String ROUTER = "envoy.extensions.filters.http.router.v3.Router";
    private static final String LOCAL_LIMIT = "envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit";
    private static final String BANDWIDTH = "envoy.extensions.filters.http.bandwidth_limit.v3.BandwidthLimit";
    private static final String CSRF = "envoy.extensions.filters.http.csrf.v3.CsrfPolicy";
    private static final String SET_METADATA = "envoy.extensions.filters.http.set_metadata.v3.Config";
    private static final String FILTER_CONFIG = "envoy.config.route.v3.FilterConfig";

    private static final Fields<Router> ROUTER_FIELDS = Fields.ignoringOthers(Router.class)
            .reads("suppress_envoy_headers")
            .refuses("upstream_http_filters", "strict_check_headers");
    private static final Fields<FilterConfig> OVERRIDE = Fields.refusingOthers(FilterConfig.class)
            .reads("disabled", "config")
            .accepts("is_optional", "settings that are not supported are refused all the same");
    private static final Fields<RBACPerRoute> RBAC_ROUTE =
            Fields.refusingOthers(RBACPerRoute.class).reads("rbac");

    private static final Fields<GrpcWeb> GRPC_WEB = Fields.refusingOthers(GrpcWeb.class);
    private static final Fields<OriginalSrc> ORIGINAL_SOURCE =
            Fields.refusingOthers(OriginalSrc.class).reads("mark");

    /// What of filters without a reader of their own is read.
    static final List<Fields<?>> FIELDS = List.of(ROUTER_FIELDS, OVERRIDE, RBAC_ROUTE, GRPC_WEB, ORIGINAL_SOURCE);

    private static final Parser<io.envoyproxy.envoy.extensions.filters.http.dynamic_forward_proxy.v3.FilterConfig>
            DYNAMIC = io.envoyproxy.envoy.extensions.filters.http.dynamic_forward_proxy.v3.FilterConfig.parser();
    private static final Parser<io.envoyproxy.envoy.extensions.filters.http.on_demand.v3.PerRouteConfig>
            ON_DEMAND_ROUTE = io.envoyproxy.envoy.extensions.filters.http.on_demand.v3.PerRouteConfig.parser();
    private static final List<FilterReader> FILTERS = List.of(
            new FilterReader(
                    "envoy.extensions.filters.http.adaptive_concurrency.v3.AdaptiveConcurrency",
                    (name, any, scope) -> scope.unpack(any, AdaptiveConcurrency.parser())
                            .map(found -> ControllerReader.adaptive(name, found, scope))),
            new FilterReader(
                    "envoy.extensions.filters.http.admission_control.v3.AdmissionControl",
                    (name, any, scope) -> scope.unpack(any, AdmissionControl.parser())
                            .map(found -> ControllerReader.admission(name, found, scope))),
            new FilterReader(
                    "envoy.extensions.filters.http.health_check.v3.HealthCheck",
                    (name, any, scope) -> scope.unpack(any, HealthCheck.parser())
                            .map(found -> new HealthCheckFilter(name, HealthFilterReader.read(found, scope)))),
            new FilterReader(
                    SET_METADATA,
                    (name, any, scope) -> scope.unpack(any, Config.parser())
                            .map(found -> new SetMetadataFilter(name, MetadataReader.settings(found, scope)))),
            new FilterReader(
                    "envoy.extensions.filters.http.rbac.v3.RBAC",
                    (name, any, scope) -> scope.unpack(any, RBAC.parser())
                            .map(rbac -> new RbacFilter(name, RbacReader.read(rbac, scope)))),
            new FilterReader(
                    "envoy.extensions.filters.http.fault.v3.HTTPFault",
                    (name, any, scope) -> scope.unpack(any, HTTPFault.parser())
                            .map(fault -> new FaultFilter(name, FaultReader.read(fault, scope)))),
            new FilterReader(
                    "envoy.extensions.filters.http.dynamic_forward_proxy.v3.FilterConfig",
                    (name, any, scope) -> scope.unpack(any, DYNAMIC)
                            .flatMap(found -> DynamicForwardReader.filter(name, found, scope))),
            new FilterReader(
                    "envoy.extensions.filters.http.on_demand.v3.OnDemand",
                    (name, any, scope) -> scope.unpack(any, OnDemand.parser())
                            .map(found -> new OnDemandFilter(name, OnDemandReader.read(found, scope)))),
            new FilterReader(
                    "envoy.extensions.filters.http.cors.v3.Cors",
                    (name, any, scope) ->
                            scope.unpack(any, Cors.parser()).map(found -> CorsReader.filter(name, found, scope))),
            new FilterReader(
                    CSRF,
                    (name, any, scope) -> scope.unpack(any, CsrfPolicy.parser())
                            .map(found -> new CsrfFilter(name, CorsReader.csrf(found, scope)))),
            new FilterReader(
                    "envoy.extensions.filters.http.header_mutation.v3.HeaderMutation",
                    (name, any, scope) -> scope.unpack(any, HeaderMutation.parser())
                            .map(found -> HeaderMutationReader.filter(name, found, scope))),
            new FilterReader(
                    "envoy.extensions.filters.http.buffer.v3.Buffer",
                    (name, any, scope) -> scope.unpack(any, Buffer.parser())
                            .map(found -> new BufferFilter(name, BufferReader.read(found, scope)))),
            new FilterReader(
                    "envoy.extensions.filters.http.compressor.v3.Compressor",
                    (name, any, scope) -> scope.unpack(any, Compressor.parser())
                            .flatMap(found -> CompressionReader.compressor(name, found, scope))),
            new FilterReader(
                    "envoy.extensions.filters.http.decompressor.v3.Decompressor",
                    (name, any, scope) -> scope.unpack(any, Decompressor.parser())
                            .flatMap(found -> CompressionReader.decompressor(name, found, scope))),
            new FilterReader(
                    "envoy.extensions.filters.http.grpc_web.v3.GrpcWeb",
                    (name, any, scope) -> scope.unpack(any, GrpcWeb.parser()).map(found -> {
                        scope.check(found, GRPC_WEB);
                        return new GrpcWebFilter(name);
                    })),
            new FilterReader(
                    "envoy.extensions.filters.http.original_src.v3.OriginalSrc",
                    (name, any, scope) -> scope.unpack(any, OriginalSrc.parser())
                            .map(found -> {
                                scope.check(found, ORIGINAL_SOURCE);
                                return new OriginalSourceFilter(name, found.getMark());
                            })),
            new FilterReader(
                    "envoy.extensions.filters.http.grpc_stats.v3.FilterConfig",
                    (name, any, scope) -> scope.unpack(any, GrpcStatsReader.PARSER)
                            .map(found -> new GrpcStatsFilter(name, GrpcStatsReader.read(found, scope)))),
            new FilterReader(
                    BANDWIDTH,
                    (name, any, scope) -> scope.unpack(any, BandwidthLimit.parser())
                            .map(found -> new BandwidthLimitFilter(name, BandwidthReader.read(found, false, scope)))),
            new FilterReader(
                    LOCAL_LIMIT,
                    (name, any, scope) -> scope.unpack(any, LocalRateLimit.parser())
                            .map(found -> new LocalRateLimitFilter(name, LocalRateLimitReader.read(found, scope)))),
            new FilterReader(
                    "envoy.extensions.filters.http.ratelimit.v3.RateLimit",
                    (name, any, scope) -> scope.unpack(any, RateLimit.parser())
                            .flatMap(found -> RateLimitFilterReader.filter(name, found, scope))),
            new FilterReader(
                    "envoy.extensions.filters.http.stateful_session.v3.StatefulSession",
                    (name, any, scope) -> scope.unpack(any, StatefulSession.parser())
                            .flatMap(found -> SessionReader.filter(name, found, scope))));

    private static final List<OverrideReader> OVERRIDES = List.of(
            new OverrideReader(
                    SET_METADATA,
                    (any, scope) ->
                            scope.unpack(any, Config.parser()).map(found -> MetadataReader.settings(found, scope))),
            new OverrideReader(
                    "envoy.extensions.filters.http.rbac.v3.RBACPerRoute",
                    (any, scope) -> scope.unpack(any, RBACPerRoute.parser()).map(route -> rbac(route, scope))),
            new OverrideReader(
                    "envoy.extensions.filters.http.fault.v3.HTTPFault",
                    (any, scope) -> scope.unpack(any, HTTPFault.parser()).map(fault -> FaultReader.read(fault, scope))),
            new OverrideReader(
                    "envoy.extensions.filters.http.dynamic_forward_proxy.v3.PerRouteConfig",
                    (any, scope) -> scope.unpack(any, PerRouteConfig.parser())
                            .flatMap(found -> DynamicForwardReader.route(found, scope))),
            new OverrideReader(
                    "envoy.extensions.filters.http.on_demand.v3.PerRouteConfig",
                    (any, scope) ->
                            scope.unpack(any, ON_DEMAND_ROUTE).map(found -> OnDemandReader.route(found, scope))),
            new OverrideReader(
                    "envoy.extensions.filters.http.cors.v3.CorsPolicy",
                    (any, scope) ->
                            scope.unpack(any, CorsPolicy.parser()).map(found -> CorsReader.policy(found, scope))),
            new OverrideReader(
                    CSRF,
                    (any, scope) -> scope.unpack(any, CsrfPolicy.parser()).map(found -> CorsReader.csrf(found, scope))),
            new OverrideReader(
                    "envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute",
                    (any, scope) -> scope.unpack(any, HeaderMutationPerRoute.parser())
                            .map(found -> HeaderMutationReader.route(found, scope))),
            new OverrideReader(
                    "envoy.extensions.filters.http.buffer.v3.BufferPerRoute",
                    (any, scope) ->
                            scope.unpack(any, BufferPerRoute.parser()).map(found -> BufferReader.route(found, scope))),
            new OverrideReader(
                    "envoy.extensions.filters.http.compressor.v3.CompressorPerRoute",
                    (any, scope) -> scope.unpack(any, CompressorPerRoute.parser())
                            .map(found -> CompressionReader.route(found, scope))),
            new OverrideReader(
                    BANDWIDTH,
                    (any, scope) -> scope.unpack(any, BandwidthLimit.parser())
                            .map(found -> BandwidthReader.read(found, true, scope))),
            new OverrideReader(
                    LOCAL_LIMIT,
                    (any, scope) -> scope.unpack(any, LocalRateLimit.parser())
                            .map(found -> LocalRateLimitReader.read(found, scope))),
            new OverrideReader(
                    "envoy.extensions.filters.http.ratelimit.v3.RateLimitPerRoute",
                    (any, scope) -> scope.unpack(any, RateLimitPerRoute.parser())
                            .map(found -> RateLimitFilterReader.route(found, scope))),
            new OverrideReader(
                    "envoy.extensions.filters.http.stateful_session.v3.StatefulSessionPerRoute",
                    (any, scope) -> scope.unpack(any, StatefulSessionPerRoute.parser())
                            .flatMap(found -> SessionReader.route(found, scope))));

    private FilterReaders() {}

    /// The types of all filters' settings.
    public static List<String> types() {
        return FILTERS.stream().map(FilterReader::type).toList();
    }

    /// A filter's reader and the type of its settings.
    private record FilterReader(String type, FilterParser parser) {}

    /// An override's reader and its type.
    private record OverrideReader(String type, OverrideParser parser) {}

    /// Reads a filter's settings.
    private interface FilterParser {
        Optional<? extends HttpFilter> read(String name, Any any, Scope scope);
    }

    /// Reads an override.
    private interface OverrideParser {
        Optional<? extends FilterOverride> read(Any any, Scope scope);
    }

    private static RbacFilter.PerRoute rbac(RBACPerRoute message, Scope scope) {
        scope.check(message, RBAC_ROUTE);
        return new RbacFilter.PerRoute(
                message.hasRbac() ? RbacReader.read(message.getRbac(), scope.at("rbac")) : Optional.empty());
    }

    /// Whether `any` is a router that suppresses `x-envoy-` headers.
    public static boolean suppresses(Any any) {
        var silent = new Scope(new Findings(), "", "");
        return Scope.type(any).equals(ROUTER)
                && silent.unpack(any, Router.parser())
                        .map(Router::getSuppressEnvoyHeaders)
                        .orElse(false);
    }

    /// Reads the router, which always stands last.
    public static void router(Any any, Scope scope) {
        scope.unpack(any, Router.parser()).ifPresent(router -> scope.check(router, ROUTER_FIELDS));
    }

    /// The filter in `any`; empty, and an error, when there is no such filter here and it is not optional.
    public static Optional<HttpFilter> filter(String name, Any any, boolean optional, Scope scope) {
        for (var reader : FILTERS) {
            if (reader.type().equals(Scope.type(any))) {
                return reader.parser().read(name, any, scope).map(found -> found);
            }
        }
        if (optional) {
            scope.warning("filter " + name + " (" + Scope.type(any) + ") is not supported and left out", "remove it");
        } else {
            scope.error("filter " + name + " (" + Scope.type(any) + ") is not supported", "remove it");
        }
        return Optional.empty();
    }

    /// The overrides by filter name.
    public static Map<String, FilterOverride> overrides(Map<String, Any> configs, Scope scope) {
        if (configs.isEmpty()) {
            return Map.of();
        }
        var overrides = new HashMap<String, FilterOverride>();
        configs.forEach((name, any) -> override(any, scope.at("typed_per_filter_config", name))
                .ifPresent(found -> overrides.put(name, found)));
        return overrides;
    }

    private static Optional<FilterOverride> override(Any any, Scope scope) {
        if (Scope.type(any).equals(FILTER_CONFIG)) {
            return scope.unpack(any, FilterConfig.parser()).flatMap(config -> {
                scope.check(config, OVERRIDE);
                if (config.getDisabled()) {
                    return Optional.of(new FilterOverride.Disabled());
                }
                return config.getConfig().getTypeUrl().isEmpty()
                        ? Optional.of(new FilterOverride.Enabled())
                        : override(config.getConfig(), scope.at("config"));
            });
        }
        for (var reader : OVERRIDES) {
            if (reader.type().equals(Scope.type(any))) {
                return reader.parser().read(any, scope).map(found -> found);
            }
        }
        scope.error("settings of type " + Scope.type(any) + " are not supported", "remove them");
        return Optional.empty();
    }
}
