package io.heddle.xds.read;

import io.envoyproxy.envoy.config.accesslog.v3.AccessLog;
import io.envoyproxy.envoy.extensions.access_loggers.file.v3.FileAccessLog;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.heddle.traffic.filter.FilterChain;
import io.heddle.traffic.filter.HttpFilter;
import io.heddle.traffic.route.Upgrades;
import io.heddle.traffic.runtime.NetworkFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Reads the HTTP connection manager.
final class HttpConnectionReader {
    private static final String FILE_LOG = "envoy.extensions.access_loggers.file.v3.FileAccessLog";
    private static final String STDOUT_LOG = "envoy.extensions.access_loggers.stream.v3.StdoutAccessLog";
    private static final int KIBIBYTE = 1024;

    private HttpConnectionReader() {}

    static NetworkFilter.Http read(HttpConnectionManager message, Scope scope) {
        scope.knows(
                message,
                "codec_type",
                "stat_prefix",
                "rds",
                "route_config",
                "scoped_routes",
                "http_filters",
                "access_log",
                "forward_client_cert_details",
                "set_current_client_cert_details",
                "normalize_path",
                "merge_slashes",
                "common_http_protocol_options",
                "max_request_headers_kb",
                "request_headers_timeout",
                "request_timeout",
                "upgrade_configs");
        if (message.getCodecType() == HttpConnectionManager.CodecType.HTTP2
                || message.getCodecType() == HttpConnectionManager.CodecType.HTTP3) {
            scope.at("codec_type").error(message.getCodecType() + " is not supported yet", "use AUTO or HTTP1");
        }
        return new NetworkFilter.Http(
                message.getStatPrefix(),
                routes(message, scope),
                filters(message, scope),
                clientCertificate(message, scope),
                new NetworkFilter.PathRules(message.getNormalizePath().getValue(), message.getMergeSlashes()),
                limits(message, scope),
                upgrades(message, scope),
                accessLogs(message.getAccessLogList(), scope));
    }

    private static NetworkFilter.RouteSource routes(HttpConnectionManager message, Scope scope) {
        return switch (message.getRouteSpecifierCase()) {
            case ROUTE_CONFIG ->
                new NetworkFilter.RouteSource.Inline(
                        RouteReader.read(message.getRouteConfig(), scope.at("route_config")));
            case RDS -> {
                var source = message.getRds().getConfigSource();
                if (!source.hasAds() && !source.hasSelf()) {
                    scope.at("rds.config_source").error("only ADS is supported", "use ads: {}");
                }
                yield new NetworkFilter.RouteSource.Named(message.getRds().getRouteConfigName());
            }
            case SCOPED_ROUTES, ROUTESPECIFIER_NOT_SET -> {
                scope.error("has no routes in a way that is supported", "set route_config or rds");
                yield new NetworkFilter.RouteSource.Named("");
            }
        };
    }

    private static FilterChain filters(HttpConnectionManager message, Scope scope) {
        var filters = new ArrayList<HttpFilter>();
        boolean routed = false;
        for (int i = 0; i < message.getHttpFiltersCount(); i++) {
            var filter = message.getHttpFilters(i);
            var here = scope.at("http_filters", i);
            here.demands(filter, "name", "typed_config", "is_optional");
            if (Scope.type(filter.getTypedConfig()).equals(FilterReaders.ROUTER)) {
                routed = true;
                if (i != message.getHttpFiltersCount() - 1) {
                    here.error("the router is not the last filter", "move it to the end");
                }
                continue;
            }
            FilterReaders.filter(
                            filter.getName(), filter.getTypedConfig(), filter.getIsOptional(), here.at("typed_config"))
                    .ifPresent(filters::add);
        }
        if (!routed) {
            scope.at("http_filters").error("there is no router", "end the list with envoy.filters.http.router");
        }
        return new FilterChain(filters);
    }

    private static NetworkFilter.ForwardClientCertificate clientCertificate(
            HttpConnectionManager message, Scope scope) {
        var details = message.getSetCurrentClientCertDetails();
        scope.at("set_current_client_cert_details").knows(details, "uri");
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
        here.knows(common, "idle_timeout", "max_headers_count", "max_stream_duration");
        return new NetworkFilter.HttpLimits(
                common.hasIdleTimeout()
                        ? Values.duration(common.getIdleTimeout(), standard.connectionIdle(), here.at("idle_timeout"))
                        : standard.connectionIdle(),
                message.hasRequestHeadersTimeout()
                        ? Values.duration(
                                message.getRequestHeadersTimeout(),
                                standard.requestHeaders(),
                                scope.at("request_headers_timeout"))
                        : standard.requestHeaders(),
                Values.duration(message.getRequestTimeout(), standard.request(), scope.at("request_timeout")),
                Values.duration(common.getMaxStreamDuration(), standard.stream(), here.at("max_stream_duration")),
                message.hasMaxRequestHeadersKb()
                        ? Math.clamp(message.getMaxRequestHeadersKb().getValue(), 1, 8192) * KIBIBYTE
                        : standard.maxHeaderBytes(),
                common.hasMaxHeadersCount() ? common.getMaxHeadersCount().getValue() : standard.maxHeaders());
    }

    private static Upgrades upgrades(HttpConnectionManager message, Scope scope) {
        var types = new HashMap<String, Boolean>();
        for (int i = 0; i < message.getUpgradeConfigsCount(); i++) {
            var found = message.getUpgradeConfigs(i);
            scope.at("upgrade_configs", i).demands(found, "upgrade_type", "enabled");
            boolean enabled = !found.hasEnabled() || found.getEnabled().getValue();
            types.put(found.getUpgradeType().toLowerCase(Locale.ROOT), enabled);
        }
        return new Upgrades(types, false);
    }

    private static List<NetworkFilter.AccessLog> accessLogs(List<AccessLog> messages, Scope scope) {
        var logs = new ArrayList<NetworkFilter.AccessLog>();
        for (int i = 0; i < messages.size(); i++) {
            var message = messages.get(i);
            var here = scope.at("access_log", i);
            here.knows(message, "name", "typed_config");
            switch (Scope.type(message.getTypedConfig())) {
                case FILE_LOG ->
                    here.unpack(message.getTypedConfig(), FileAccessLog.parser())
                            .flatMap(log -> file(log, here.at("typed_config")))
                            .ifPresent(logs::add);
                case STDOUT_LOG -> logs.add(new NetworkFilter.AccessLog("/dev/stdout", "", Map.of()));
                default -> here.warning("access log " + message.getName() + " is not supported", "log to a file");
            }
        }
        return logs;
    }

    @SuppressWarnings("deprecation") // the formats in place came before `log_format` and are still written
    private static Optional<NetworkFilter.AccessLog> file(FileAccessLog message, Scope scope) {
        scope.knows(message, "path", "format", "json_format", "log_format");
        var json = new HashMap<String, String>();
        var struct = message.hasJsonFormat()
                ? message.getJsonFormat()
                : message.getLogFormat().getJsonFormat();
        struct.getFieldsMap().forEach((key, value) -> {
            if (value.hasStringValue()) {
                json.put(key, value.getStringValue());
            } else {
                scope.at("json_format." + key).warning("is no text and left out", "write a format text");
            }
        });
        var format = message.getFormat();
        if (message.getLogFormat().hasTextFormatSource()) {
            format = Values.inline(message.getLogFormat().getTextFormatSource(), scope.at("log_format"))
                    .orElse("");
        } else if (format.isEmpty()) {
            format = message.getLogFormat().getTextFormat();
        }
        return Optional.of(new NetworkFilter.AccessLog(message.getPath(), format, json));
    }
}
