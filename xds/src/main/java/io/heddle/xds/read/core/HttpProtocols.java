package io.heddle.xds.read.core;

import com.google.protobuf.Any;
import com.google.protobuf.UInt32Value;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.KeepaliveSettings;
import io.envoyproxy.envoy.config.core.v3.UpstreamHttpProtocolOptions;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions.AutoHttpConfig;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions.ExplicitHttpConfig;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions.UseDownstreamHttpConfig;
import io.heddle.traffic.runtime.ClientTls;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.ConnectionLimits;
import io.heddle.traffic.runtime.Http2Options;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.traffic.runtime.ServerTls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads which HTTP is spoken, how, and what is offered by ALPN for it.
public final class HttpProtocols {
    static final String HTTP1 = "http/1.1";
    static final String HTTP2 = "h2";

    private static final String PROTOCOL_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
    private static final int SMALLEST_WINDOW = 65_535;
    private static final int LARGEST_TABLE = 64 * 1024;

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
    private static final Fields<Http2ProtocolOptions> HTTP2_OPTIONS = Fields.ignoringOthers(Http2ProtocolOptions.class)
            .limits("hpack_table_size", "at most 65,536")
            .limits("max_concurrent_streams", "1 to 2^31-1; 100 when not given")
            .limits("initial_stream_window_size", "65,535 to 2^31-1; 65,536 when not given")
            .limits("initial_connection_window_size", "65,535 to 2^31-1; 1 MiB when not given")
            .reads("allow_connect", "connection_keepalive");
    private static final Fields<KeepaliveSettings> KEEP_ALIVE =
            Fields.ignoringOthers(KeepaliveSettings.class).reads("interval", "timeout");

    /// What of protocols is read.
    static final List<Fields<?>> FIELDS = List.of(UPSTREAM, EXPLICIT, DOWNSTREAM, AUTO, HTTP2_OPTIONS, KEEP_ALIVE);

    private HttpProtocols() {}

    /// What is spoken to a cluster's hosts.
    ///
    /// @param protocol which version
    /// @param http2 how HTTP/2 is spoken, where it is
    public record Upstream(Cluster.Protocol protocol, Http2Options http2) {
        static final Upstream HTTP1 = new Upstream(Cluster.Protocol.HTTP1, Http2Options.DEFAULT);
    }

    /// What is spoken to the hosts of a cluster.
    @SuppressWarnings("deprecation") // `http2_protocol_options` is still written
    public static Upstream upstream(io.envoyproxy.envoy.config.cluster.v3.Cluster message, Scope scope) {
        if (message.hasHttp2ProtocolOptions()) {
            return new Upstream(
                    Cluster.Protocol.HTTP2,
                    http2(message.getHttp2ProtocolOptions(), scope.at("http2_protocol_options")));
        }
        var found = Upstream.HTTP1;
        for (Map.Entry<String, Any> entry :
                message.getTypedExtensionProtocolOptionsMap().entrySet()) {
            var here = scope.at("typed_extension_protocol_options", entry.getKey());
            if (!entry.getKey().equals(PROTOCOL_OPTIONS)
                    || !Scope.type(entry.getValue()).equals(PROTOCOL_OPTIONS)) {
                here.warning(Scope.NOT_SUPPORTED, "remove it");
                continue;
            }
            var options = here.unpack(entry.getValue(), HttpProtocolOptions.parser());
            if (options.isPresent()) {
                found = upstream(options.get(), here);
            }
        }
        return found;
    }

    private static Upstream upstream(HttpProtocolOptions message, Scope scope) {
        scope.check(message, UPSTREAM);
        return switch (message.getUpstreamProtocolOptionsCase()) {
            case EXPLICIT_HTTP_CONFIG -> {
                var explicit = message.getExplicitHttpConfig();
                var here = scope.at("explicit_http_config");
                here.check(explicit, EXPLICIT);
                yield explicit.hasHttp2ProtocolOptions()
                        ? new Upstream(
                                Cluster.Protocol.HTTP2,
                                http2(explicit.getHttp2ProtocolOptions(), here.at("http2_protocol_options")))
                        : Upstream.HTTP1;
            }
            case USE_DOWNSTREAM_PROTOCOL_CONFIG -> {
                var same = message.getUseDownstreamProtocolConfig();
                var here = scope.at("use_downstream_protocol_config");
                here.check(same, DOWNSTREAM);
                yield new Upstream(
                        Cluster.Protocol.DOWNSTREAM,
                        http2(same.getHttp2ProtocolOptions(), here.at("http2_protocol_options")));
            }
            case AUTO_CONFIG -> {
                var auto = message.getAutoConfig();
                var here = scope.at("auto_config");
                here.check(auto, AUTO);
                yield new Upstream(
                        Cluster.Protocol.AUTO,
                        http2(auto.getHttp2ProtocolOptions(), here.at("http2_protocol_options")));
            }
            case UPSTREAMPROTOCOLOPTIONS_NOT_SET -> Upstream.HTTP1;
        };
    }

    /// How long connections to a cluster's hosts are used.
    public static ConnectionLimits connections(io.envoyproxy.envoy.config.cluster.v3.Cluster message, Scope scope) {
        var any = message.getTypedExtensionProtocolOptionsMap().get(PROTOCOL_OPTIONS);
        if (any == null || !Scope.type(any).equals(PROTOCOL_OPTIONS)) {
            return ConnectionLimits.DEFAULT;
        }
        var here = scope.at("typed_extension_protocol_options", PROTOCOL_OPTIONS);
        return here.unpack(any, HttpProtocolOptions.parser())
                .map(options -> ConnectionLimitsReader.read(
                        options.getCommonHttpProtocolOptions(), here.at("common_http_protocol_options")))
                .orElse(ConnectionLimits.DEFAULT);
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

    static Http2Options http2(Http2ProtocolOptions message, Scope scope) {
        scope.check(message, HTTP2_OPTIONS);
        var standard = Http2Options.DEFAULT;
        return new Http2Options(
                value(message.getHpackTableSize(), message.hasHpackTableSize(), standard.headerTableSize())
                        .within(0, LARGEST_TABLE, scope.at("hpack_table_size")),
                value(
                                message.getMaxConcurrentStreams(),
                                message.hasMaxConcurrentStreams(),
                                standard.maxConcurrentStreams())
                        .within(1, Integer.MAX_VALUE, scope.at("max_concurrent_streams")),
                value(
                                message.getInitialStreamWindowSize(),
                                message.hasInitialStreamWindowSize(),
                                standard.streamWindow())
                        .within(SMALLEST_WINDOW, Integer.MAX_VALUE, scope.at("initial_stream_window_size")),
                value(
                                message.getInitialConnectionWindowSize(),
                                message.hasInitialConnectionWindowSize(),
                                standard.connectionWindow())
                        .within(SMALLEST_WINDOW, Integer.MAX_VALUE, scope.at("initial_connection_window_size")),
                message.getAllowConnect(),
                message.hasConnectionKeepalive()
                        ? keepAlive(message.getConnectionKeepalive(), scope.at("connection_keepalive"))
                        : Http2Options.KeepAlive.NONE);
    }

    private record Given(long value) {
        /// The number, or the nearest that is allowed, which is told.
        int within(int least, int most, Scope scope) {
            if (value < least || value > most) {
                scope.error(value + " is not between " + least + " and " + most, "choose a number between them");
            }
            return Math.clamp(value, least, most);
        }
    }

    private static Given value(UInt32Value message, boolean given, int standard) {
        return new Given(given ? Integer.toUnsignedLong(message.getValue()) : standard);
    }

    private static Http2Options.KeepAlive keepAlive(KeepaliveSettings message, Scope scope) {
        scope.check(message, KEEP_ALIVE);
        var interval = Values.duration(message.getInterval(), Duration.ZERO, scope.at("interval"));
        var timeout = Values.duration(message.getTimeout(), Duration.ZERO, scope.at("timeout"));
        if (!interval.isZero() && timeout.isZero()) {
            scope.at("timeout").error("is missing", "say how long an answer to PING may take");
            return Http2Options.KeepAlive.NONE;
        }
        return new Http2Options.KeepAlive(interval, timeout);
    }

    /// A listener's codec.
    public static NetworkFilter.Codec codec(
            io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager message,
            Scope scope) {
        var kind = switch (message.getCodecType()) {
            case AUTO -> NetworkFilter.Codec.Kind.AUTO;
            case HTTP1 -> NetworkFilter.Codec.Kind.HTTP1;
            case HTTP2 -> NetworkFilter.Codec.Kind.HTTP2;
            case HTTP3, UNRECOGNIZED -> {
                scope.at("codec_type").error(message.getCodecType() + " is not supported", "use AUTO, HTTP1 or HTTP2");
                yield NetworkFilter.Codec.Kind.AUTO;
            }
        };
        return new NetworkFilter.Codec(
                kind, http2(message.getHttp2ProtocolOptions(), scope.at("http2_protocol_options")));
    }

    /// What a listener offers by ALPN beside its codec: what that does not speak is left out.
    public static ServerTls offered(ServerTls tls, NetworkFilter filter, Scope scope) {
        var kind = switch (filter) {
            case NetworkFilter.Http http -> http.codec().kind();
            case NetworkFilter.Tcp _ -> NetworkFilter.Codec.Kind.AUTO;
        };
        var unspoken = switch (kind) {
            case AUTO -> Optional.<String>empty();
            case HTTP1 -> Optional.of(HTTP2);
            case HTTP2 -> Optional.of(HTTP1);
        };
        if (unspoken.isEmpty() || !tls.applicationProtocols().contains(unspoken.get())) {
            return tls;
        }
        scope.at("alpn_protocols")
                .warning(unspoken.get() + " is not spoken by codec_type " + kind + " and is not offered", "remove it");
        return new ServerTls(
                tls.shown(),
                tls.verification(),
                tls.requireClientCertificate(),
                tls.parameters(),
                without(tls.applicationProtocols(), unspoken.get()),
                tls.sessions());
    }

    private static List<String> without(List<String> names, String name) {
        return names.stream().filter(other -> !other.equals(name)).toList();
    }

    /// What is offered to a cluster's hosts by ALPN: what is not spoken is left out; for `auto_config`, and for
    /// HTTP/2 where nothing is said, it is added, as servers speak HTTP/2 over TLS only when asked for it.
    public static ClientTls offered(ClientTls tls, Cluster.Protocol protocol) {
        var offered = tls.applicationProtocols();
        var names = switch (protocol) {
            case HTTP1 -> without(offered, HTTP2);
            case HTTP2 -> offered.isEmpty() ? List.of(HTTP2) : without(offered, HTTP1);
            case AUTO -> withHttp2(offered);
            case DOWNSTREAM -> offered;
        };
        if (names.isEmpty()) {
            return tls; // For [#check] to judge.
        }
        return names.equals(offered)
                ? tls
                : new ClientTls(
                        tls.certificate(),
                        tls.verification(),
                        tls.serverName(),
                        tls.parameters(),
                        names,
                        tls.sessions());
    }

    /// Refuses a cluster that offers its hosts nothing of what is spoken to them.
    public static void check(Cluster cluster, Scope scope) {
        boolean wrong = cluster.transports().stream()
                .flatMap(transport -> transport.tls().stream())
                .anyMatch(tls -> contradicts(tls.applicationProtocols(), cluster.protocol()));
        if (wrong) {
            scope.at("transport_socket.typed_config.common_tls_context.alpn_protocols")
                    .error("offers nothing that is spoken to these hosts", "offer what the cluster's protocol is");
        }
    }

    private static boolean contradicts(List<String> offered, Cluster.Protocol protocol) {
        return switch (protocol) {
            case HTTP1 -> offered.contains(HTTP2);
            case HTTP2 -> !offered.contains(HTTP2);
            case AUTO, DOWNSTREAM -> false;
        };
    }

    private static List<String> withHttp2(List<String> offered) {
        if (offered.contains(HTTP2)) {
            return offered;
        }
        var names = new ArrayList<String>();
        names.add(HTTP2);
        names.addAll(offered.isEmpty() ? List.of(HTTP1) : offered);
        return names;
    }
}
