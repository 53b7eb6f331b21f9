package io.heddle.xds.read.core;

import io.envoyproxy.envoy.config.cluster.v3.Cluster.ClusterProtocolSelection;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.UpstreamHttpProtocolOptions;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions.AutoHttpConfig;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions.ExplicitHttpConfig;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions.UseDownstreamHttpConfig;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.ConnectionLimits;
import io.heddle.traffic.runtime.Http1Options;
import io.heddle.traffic.runtime.Http2Options;
import io.heddle.traffic.runtime.ResponseLimits;
import java.util.List;
import java.util.Optional;

/// Reads which HTTP is spoken to a cluster's hosts, and how.
public final class UpstreamProtocols {
    private static final String EXTENSIONS = "typed_extension_protocol_options";
    private static final String PROTOCOL_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

    private static final Fields<HttpProtocolOptions> UPSTREAM = Fields.ignoringOthers(HttpProtocolOptions.class)
            .reads("explicit_http_config", "use_downstream_protocol_config", "common_http_protocol_options")
            .reads("upstream_http_protocol_options")
            .limits("auto_config", "by ALPN; HTTP/1.1 without TLS")
            .refuses("http_filters");
    private static final Fields<ExplicitHttpConfig> EXPLICIT =
            Fields.refusingOthers(ExplicitHttpConfig.class).reads("http_protocol_options", "http2_protocol_options");
    private static final Fields<UseDownstreamHttpConfig> DOWNSTREAM = Fields.refusingOthers(
                    UseDownstreamHttpConfig.class)
            .reads("http_protocol_options", "http2_protocol_options");
    private static final Fields<AutoHttpConfig> AUTO =
            Fields.refusingOthers(AutoHttpConfig.class).reads("http_protocol_options", "http2_protocol_options");

    /// What of it is read.
    static final List<Fields<?>> FIELDS = List.of(UPSTREAM, EXPLICIT, DOWNSTREAM, AUTO);

    private UpstreamProtocols() {}

    /// What is spoken to a cluster's hosts, and how.
    ///
    /// @param protocol which version
    /// @param http1 how HTTP/1.1 is spoken, where it is
    /// @param http2 how HTTP/2 is spoken, where it is
    /// @param connections how long connections are used
    /// @param responses how much of an answer is taken
    public record Upstream(
            Cluster.Protocol protocol,
            Http1Options http1,
            Http2Options http2,
            ConnectionLimits connections,
            ResponseLimits responses) {}

    /// Which version is spoken, and how.
    private record Spoken(Cluster.Protocol protocol, Http1Options http1, Http2Options http2) {
        static final Spoken HTTP1 = new Spoken(Cluster.Protocol.HTTP1, Http1Options.DEFAULT, Http2Options.DEFAULT);
    }

    /// What is spoken where a message says it for both versions.
    private static Spoken spoken(
            Cluster.Protocol protocol, Http1ProtocolOptions http1, Http2ProtocolOptions http2, Scope scope) {
        return new Spoken(
                protocol,
                Http1Reader.read(http1, false, scope.at("http_protocol_options")),
                HttpProtocols.http2(http2, scope.at("http2_protocol_options")));
    }

    /// What is spoken to the hosts of a cluster: as its extension says, else as its own older fields
    /// say.
    @SuppressWarnings("deprecation") // the fields in the cluster itself are still written
    public static Upstream upstream(io.envoyproxy.envoy.config.cluster.v3.Cluster message, Scope scope) {
        others(message, scope);
        var extension = extension(message, scope);
        var here = extension.isPresent() ? scope.at(EXTENSIONS, PROTOCOL_OPTIONS) : scope;
        var spoken = extension.isPresent() ? spoken(extension.get(), here) : older(message, scope);
        var common = extension
                .map(HttpProtocolOptions::getCommonHttpProtocolOptions)
                .orElse(message.getCommonHttpProtocolOptions());
        var options = here.at("common_http_protocol_options");
        var connections = ConnectionLimitsReader.read(common, options);
        if (message.hasMaxRequestsPerConnection()) {
            connections = requests(message, common, connections, scope);
        }
        return new Upstream(
                spoken.protocol(),
                spoken.http1(),
                spoken.http2(),
                connections,
                ConnectionLimitsReader.responses(common, options));
    }

    /// An older field says how many requests a connection serves.
    @SuppressWarnings("deprecation") // it is still written
    private static ConnectionLimits requests(
            io.envoyproxy.envoy.config.cluster.v3.Cluster message,
            io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions common,
            ConnectionLimits limits,
            Scope scope) {
        if (common.hasMaxRequestsPerConnection()) {
            scope.at("max_requests_per_connection")
                    .error("is said in common_http_protocol_options, too", "leave one of the two out");
        }
        int most = ConnectionLimitsReader.requests(message.getMaxRequestsPerConnection());
        return new ConnectionLimits(limits.idle(), most, limits.duration());
    }

    /// What the older fields of a cluster say.
    @SuppressWarnings("deprecation") // they are still written
    private static Spoken older(io.envoyproxy.envoy.config.cluster.v3.Cluster message, Scope scope) {
        var selection = message.getProtocolSelection();
        var downstream = ClusterProtocolSelection.USE_DOWNSTREAM_PROTOCOL;
        boolean both = message.hasHttpProtocolOptions() && message.hasHttp2ProtocolOptions();
        if (both && selection != downstream) {
            scope.at("http_protocol_options")
                    .error(
                            "stands beside http2_protocol_options, and one of the two is spoken",
                            "leave one out, or set protocol_selection: USE_DOWNSTREAM_PROTOCOL");
        }
        var one = message.hasHttp2ProtocolOptions() ? Cluster.Protocol.HTTP2 : Cluster.Protocol.HTTP1;
        return spoken(
                selection == downstream ? Cluster.Protocol.DOWNSTREAM : one,
                message.getHttpProtocolOptions(),
                message.getHttp2ProtocolOptions(),
                scope);
    }

    /// What the extension of a cluster says, where it has one. Its older fields then say nothing.
    @SuppressWarnings("deprecation") // they are still written
    private static Optional<HttpProtocolOptions> extension(
            io.envoyproxy.envoy.config.cluster.v3.Cluster message, Scope scope) {
        var any = message.getTypedExtensionProtocolOptionsMap().get(PROTOCOL_OPTIONS);
        if (any == null || !Scope.type(any).equals(PROTOCOL_OPTIONS)) {
            return Optional.empty();
        }
        older(message.hasCommonHttpProtocolOptions(), scope.at("common_http_protocol_options"));
        older(message.hasHttpProtocolOptions(), scope.at("http_protocol_options"));
        older(message.hasHttp2ProtocolOptions(), scope.at("http2_protocol_options"));
        return scope.at(EXTENSIONS, PROTOCOL_OPTIONS).unpack(any, HttpProtocolOptions.parser());
    }

    private static void older(boolean set, Scope scope) {
        if (set) {
            scope.warning("says nothing beside " + EXTENSIONS, "write it there");
        }
    }

    /// Warns of extensions that are not read.
    private static void others(io.envoyproxy.envoy.config.cluster.v3.Cluster message, Scope scope) {
        message.getTypedExtensionProtocolOptionsMap().forEach((name, any) -> {
            if (!name.equals(PROTOCOL_OPTIONS) || !Scope.type(any).equals(PROTOCOL_OPTIONS)) {
                scope.at(EXTENSIONS, name).warning(Scope.NOT_SUPPORTED, "remove it");
            }
        });
    }

    private static Spoken spoken(HttpProtocolOptions message, Scope scope) {
        scope.check(message, UPSTREAM);
        return switch (message.getUpstreamProtocolOptionsCase()) {
            case EXPLICIT_HTTP_CONFIG -> {
                var explicit = message.getExplicitHttpConfig();
                var here = scope.at("explicit_http_config");
                here.check(explicit, EXPLICIT);
                yield spoken(
                        explicit.hasHttp2ProtocolOptions() ? Cluster.Protocol.HTTP2 : Cluster.Protocol.HTTP1,
                        explicit.getHttpProtocolOptions(),
                        explicit.getHttp2ProtocolOptions(),
                        here);
            }
            case USE_DOWNSTREAM_PROTOCOL_CONFIG -> {
                var same = message.getUseDownstreamProtocolConfig();
                var here = scope.at("use_downstream_protocol_config");
                here.check(same, DOWNSTREAM);
                yield spoken(
                        Cluster.Protocol.DOWNSTREAM,
                        same.getHttpProtocolOptions(),
                        same.getHttp2ProtocolOptions(),
                        here);
            }
            case AUTO_CONFIG -> {
                var auto = message.getAutoConfig();
                var here = scope.at("auto_config");
                here.check(auto, AUTO);
                yield spoken(
                        Cluster.Protocol.AUTO, auto.getHttpProtocolOptions(), auto.getHttp2ProtocolOptions(), here);
            }
            case UPSTREAMPROTOCOLOPTIONS_NOT_SET -> Spoken.HTTP1;
        };
    }

    /// What follows from the name of a request's host, where it is said.
    @SuppressWarnings("deprecation") // the field in the cluster itself is still written
    public static Optional<UpstreamHttpProtocolOptions> names(
            io.envoyproxy.envoy.config.cluster.v3.Cluster message, Scope scope) {
        var any = message.getTypedExtensionProtocolOptionsMap().get(PROTOCOL_OPTIONS);
        var found = message.hasUpstreamHttpProtocolOptions()
                ? Optional.of(message.getUpstreamHttpProtocolOptions())
                : Optional.<UpstreamHttpProtocolOptions>empty();
        if (any != null && Scope.type(any).equals(PROTOCOL_OPTIONS)) {
            found = scope.unpack(any, HttpProtocolOptions.parser())
                    .map(HttpProtocolOptions::getUpstreamHttpProtocolOptions);
        }
        return found;
    }
}
