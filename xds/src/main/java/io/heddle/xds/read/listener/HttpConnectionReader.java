package io.heddle.xds.read.listener;

import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;
import io.heddle.traffic.compression.CompressorFilter;
import io.heddle.traffic.filter.CorsFilter;
import io.heddle.traffic.filter.CsrfFilter;
import io.heddle.traffic.filter.FilterChain;
import io.heddle.traffic.filter.HeaderMutationFilter;
import io.heddle.traffic.filter.HttpFilter;
import io.heddle.traffic.filter.LocalRateLimitFilter;
import io.heddle.traffic.filter.RateLimitFilter;
import io.heddle.traffic.filter.StatefulSessionFilter;
import io.heddle.traffic.rbac.RbacFilter;
import io.heddle.traffic.route.Upgrades;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.xds.read.core.ConnectionLimitsReader;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.HttpProtocols;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.core.UpgradeTypes;
import io.heddle.xds.read.core.Values;
import io.heddle.xds.read.filter.FilterReaders;
import io.heddle.xds.read.route.RouteReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;

/// Reads the HTTP connection manager.
final class HttpConnectionReader {
    private static final Fields<HttpConnectionManager> MANAGER = Fields.ignoringOthers(HttpConnectionManager.class)
            .reads("stat_prefix", "rds", "route_config", "http_filters", "access_log")
            .reads("forward_client_cert_details", "set_current_client_cert_details", "normalize_path", "merge_slashes")
            .reads("common_http_protocol_options", "request_headers_timeout", "request_timeout", "upgrade_configs")
            .reads("stream_idle_timeout")
            .limits("codec_type", "`AUTO`, `HTTP1` and `HTTP2`")
            .reads("http_protocol_options", "http2_protocol_options")
            .limits(
                    "stream_error_on_invalid_http_message",
                    "as `override_stream_error_on_invalid_http_message` of HTTP/1.1; HTTP/2 connections always outlive faults")
            .limits("max_request_headers_kb", "1 to 8192")
            .reads("path_with_escaped_slashes_action", "use_remote_address", "xff_num_trusted_hops")
            .reads("skip_xff_append", "append_x_forwarded_port", "internal_address_config")
            .reads("strip_matching_host_port", "strip_any_host_port", "strip_trailing_host_dot")
            .reads("server_header_transformation", "via", "scheme_header_transformation")
            .limits("server_name", "`heddle` when not given")
            .reads("generate_request_id", "preserve_external_request_id", "always_set_request_id_in_response")
            .reads("delayed_close_timeout", "local_reply_config")
            .accepts("proxy_100_continue", "always on: `Expect` passes, and the host's own 100 comes back")
            .refuses("scoped_routes", "original_ip_detection_extensions")
            .refuses("early_header_mutation_extensions", "path_normalization_options")
            .refuses("typed_header_validation_config", "append_local_overload");
    private static final Fields<HttpProtocolOptions> COMMON = Fields.ignoringOthers(HttpProtocolOptions.class)
            .reads("idle_timeout", "max_stream_duration", "max_connection_duration", "max_requests_per_connection")
            .accepts("max_response_headers_kb", "concerns answers of clusters' hosts")
            .limits("max_headers_count", "1 to 65,535")
            .limits("headers_with_underscores_action", "HTTP/2 requests are answered 400, too");
    private static final Fields<Rds> RDS = Fields.refusingOthers(Rds.class)
            .limits("config_source", "ADS, or a file")
            .reads("route_config_name");
    private static final Fields<io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter>
            FILTER = Fields.refusingOthers(
                            io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter.class)
                    .reads("name", "is_optional", "disabled")
                    .limits("typed_config", "the filters of this page");

    private static final Fields<HttpConnectionManager.UpgradeConfig> UPGRADE =
            Fields.refusingOthers(HttpConnectionManager.UpgradeConfig.class).reads("upgrade_type", "enabled");

    /// What of the HTTP connection manager is read.
    static final List<Fields<?>> FIELDS = List.of(MANAGER, COMMON, UPGRADE, RDS, FILTER);

    private HttpConnectionReader() {}

    static NetworkFilter.Http read(HttpConnectionManager message, Scope scope) {
        scope.check(message, MANAGER);
        if (message.getStatPrefix().isEmpty()) {
            scope.at("stat_prefix").error("is empty", "write what its figures are called by, for example ingress");
        }
        return new NetworkFilter.Http(
                message.getStatPrefix(),
                routes(message, scope),
                filters(message, scope),
                clientCertificate(message),
                HeadOptionsReader.paths(message, scope),
                HeadOptionsReader.read(message, scope),
                limits(message, scope),
                upgrades(message, scope),
                HttpProtocols.codec(message, scope),
                AccessLogReader.read(message.getAccessLogList(), scope),
                LocalReplyReader.read(message.getLocalReplyConfig(), scope.at("local_reply_config")));
    }

    private static NetworkFilter.RouteSource routes(HttpConnectionManager message, Scope scope) {
        return switch (message.getRouteSpecifierCase()) {
            case ROUTE_CONFIG ->
                new NetworkFilter.RouteSource.Inline(
                        RouteReader.read(message.getRouteConfig(), scope.at("route_config")));
            case RDS -> {
                var here = scope.at("rds");
                here.check(message.getRds(), RDS);
                Values.overAdsOrFile(message.getRds().getConfigSource(), here.at("config_source"));
                if (message.getRds().getRouteConfigName().isEmpty()) {
                    here.at("route_config_name")
                            .warning("is empty, and no routes come by no name", "name a route configuration");
                }
                yield new NetworkFilter.RouteSource.Named(message.getRds().getRouteConfigName());
            }
            case SCOPED_ROUTES -> new NetworkFilter.RouteSource.Named(""); // refused above
            case ROUTESPECIFIER_NOT_SET -> {
                scope.error("has no routes", "set route_config or rds");
                yield new NetworkFilter.RouteSource.Named("");
            }
        };
    }

    private static FilterChain filters(HttpConnectionManager message, Scope scope) {
        var filters = new ArrayList<HttpFilter>();
        var off = new HashSet<String>();
        boolean routed = false;
        boolean mutates = false;
        for (int i = 0; i < message.getHttpFiltersCount(); i++) {
            var filter = message.getHttpFilters(i);
            var here = scope.at("http_filters", i);
            here.check(filter, FILTER);
            if (Scope.type(filter.getTypedConfig()).equals(FilterReaders.ROUTER)) {
                routed = true;
                FilterReaders.router(filter.getTypedConfig(), here.at("typed_config"));
                if (filter.getDisabled()) {
                    here.at("disabled").error("switches the router off", "remove it");
                }
                if (i != message.getHttpFiltersCount() - 1) {
                    here.error("the router is not the last filter", "move it to the end");
                }
                continue;
            }
            var read = FilterReaders.filter(
                    filter.getName(), filter.getTypedConfig(), filter.getIsOptional(), here.at("typed_config"));
            read.ifPresent(filters::add);
            if (filter.getDisabled()) {
                off.add(filter.getName());
            }
            mutates |= read.filter(HeaderMutationFilter.class::isInstance).isPresent();
            if (mutates && read.filter(HttpConnectionReader::decidesByHead).isPresent()) {
                here.error(
                        "stands behind a header_mutation, whose changes it would not see",
                        "move header_mutation behind it");
            }
        }
        if (!routed) {
            scope.at("http_filters").error("there is no router", "end the list with envoy.filters.http.router");
        }
        return new FilterChain(CompressorFilter.acquainted(filters), off);
    }

    /// Whether a filter lets requests pass by what their heads say. It sees them as they came.
    private static boolean decidesByHead(HttpFilter filter) {
        return filter instanceof RbacFilter
                || filter instanceof CsrfFilter
                || filter instanceof CorsFilter
                || filter instanceof LocalRateLimitFilter
                || filter instanceof RateLimitFilter
                || filter instanceof StatefulSessionFilter;
    }

    private static NetworkFilter.ForwardClientCertificate clientCertificate(HttpConnectionManager message) {
        return switch (message.getForwardClientCertDetails()) {
            case SANITIZE, UNRECOGNIZED -> NetworkFilter.ForwardClientCertificate.SANITIZE;
            case SANITIZE_SET -> NetworkFilter.ForwardClientCertificate.SANITIZE_SET;
            case FORWARD_ONLY -> NetworkFilter.ForwardClientCertificate.FORWARD_ONLY;
            case APPEND_FORWARD -> NetworkFilter.ForwardClientCertificate.APPEND_FORWARD;
            case ALWAYS_FORWARD_ONLY -> NetworkFilter.ForwardClientCertificate.ALWAYS_FORWARD_ONLY;
        };
    }

    private static NetworkFilter.HttpLimits limits(HttpConnectionManager message, Scope scope) {
        var standard = NetworkFilter.HttpLimits.DEFAULT;
        var common = message.getCommonHttpProtocolOptions();
        var here = scope.at("common_http_protocol_options");
        here.check(common, COMMON);
        return new NetworkFilter.HttpLimits(
                ConnectionLimitsReader.limits(common, here),
                message.hasRequestHeadersTimeout()
                        ? Values.duration(
                                message.getRequestHeadersTimeout(),
                                standard.requestHeaders(),
                                scope.at("request_headers_timeout"))
                        : standard.requestHeaders(),
                Values.duration(message.getRequestTimeout(), standard.request(), scope.at("request_timeout")),
                Values.duration(common.getMaxStreamDuration(), standard.stream(), here.at("max_stream_duration")),
                message.hasStreamIdleTimeout()
                        ? Values.duration(
                                message.getStreamIdleTimeout(), standard.streamIdle(), scope.at("stream_idle_timeout"))
                        : standard.streamIdle(),
                message.hasMaxRequestHeadersKb()
                        ? ConnectionLimitsReader.kibibytes(
                                message.getMaxRequestHeadersKb(), scope.at("max_request_headers_kb"))
                        : standard.maxHeaderBytes(),
                common.hasMaxHeadersCount()
                        ? ConnectionLimitsReader.headers(common.getMaxHeadersCount(), here.at("max_headers_count"))
                        : standard.maxHeaders(),
                message.hasDelayedCloseTimeout()
                        ? Values.duration(
                                message.getDelayedCloseTimeout(),
                                standard.delayedClose(),
                                scope.at("delayed_close_timeout"))
                        : standard.delayedClose());
    }

    private static Upgrades upgrades(HttpConnectionManager message, Scope scope) {
        var types = new HashMap<String, Boolean>();
        for (int i = 0; i < message.getUpgradeConfigsCount(); i++) {
            var found = message.getUpgradeConfigs(i);
            var here = scope.at("upgrade_configs", i);
            here.check(found, UPGRADE);
            boolean enabled = !found.hasEnabled() || found.getEnabled().getValue();
            UpgradeTypes.add(found.getUpgradeType(), enabled, types, here.at("upgrade_type"));
        }
        return new Upgrades(types, false);
    }
}
