package io.heddle.xds.read.core;

import com.google.protobuf.UInt32Value;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.KeepaliveSettings;
import io.heddle.traffic.runtime.ClientTls;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.Http2Options;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.traffic.runtime.ServerTls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads how HTTP/2 is spoken, which versions listeners speak, and what is offered by ALPN.
public final class HttpProtocols {
    static final String HTTP1 = "http/1.1";
    static final String HTTP2 = "h2";

    private static final String OUTLIVES =
            "always on: what is malformed ends its stream alone (RFC 9113, section 8.1.1)";
    private static final String FLOODS =
            "floods are bounded by limits of their own, which stand in the reference of HTTP/2";
    private static final int SMALLEST_WINDOW = 65_535;
    private static final int LARGEST_TABLE = 64 * 1024;

    private static final Fields<Http2ProtocolOptions> HTTP2_OPTIONS = Fields.ignoringOthers(Http2ProtocolOptions.class)
            .limits("hpack_table_size", "at most 65,536")
            .limits("max_concurrent_streams", "1 to 2^31-1; 1,024 when not given")
            .limits("initial_stream_window_size", "65,535 to 2^31-1; 65,536 when not given")
            .limits("initial_connection_window_size", "65,535 to 2^31-1; 1 MiB when not given")
            .reads("allow_connect", "connection_keepalive")
            .accepts("stream_error_on_invalid_http_messaging", OUTLIVES)
            .accepts("override_stream_error_on_invalid_http_message", OUTLIVES)
            .accepts("max_outbound_frames", FLOODS)
            .accepts("max_outbound_control_frames", FLOODS)
            .accepts("max_consecutive_inbound_frames_with_empty_payload", FLOODS)
            .accepts("max_inbound_priority_frames_per_stream", FLOODS)
            .accepts("max_inbound_window_update_frames_per_data_frame_sent", FLOODS)
            .accepts("use_oghttp2_codec", "there is one codec");
    private static final Fields<KeepaliveSettings> KEEP_ALIVE = Fields.ignoringOthers(KeepaliveSettings.class)
            .reads("interval", "timeout", "interval_jitter")
            .limits("connection_idle_interval", "of clusters");

    /// What of protocols is read.
    static final List<Fields<?>> FIELDS = List.of(HTTP2_OPTIONS, KEEP_ALIVE);

    private HttpProtocols() {}

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
        var rest = Values.duration(
                message.getConnectionIdleInterval(), Duration.ZERO, scope.at("connection_idle_interval"));
        double jitter = message.hasIntervalJitter()
                ? Values.percent(message.getIntervalJitter(), 0, scope.at("interval_jitter")) / 100
                : Http2Options.KeepAlive.JITTER;
        if (timeout.isZero() && !(interval.isZero() && rest.isZero())) {
            scope.at("timeout").error("is missing", "say how long an answer to PING may take");
            return Http2Options.KeepAlive.NONE;
        }
        return new Http2Options.KeepAlive(interval, jitter, timeout, rest);
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
                kind,
                Http1Reader.read(
                        message.getHttpProtocolOptions(),
                        message.getStreamErrorOnInvalidHttpMessage().getValue(),
                        scope.at("http_protocol_options")),
                http2(message.getHttp2ProtocolOptions(), scope.at("http2_protocol_options")));
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
