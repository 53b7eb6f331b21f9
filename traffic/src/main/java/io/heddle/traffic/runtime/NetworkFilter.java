package io.heddle.traffic.runtime;

import io.heddle.traffic.filter.FilterChain;
import io.heddle.traffic.reply.ReplyCondition;
import io.heddle.traffic.reply.ReplyRules;
import io.heddle.traffic.route.ClusterChoice;
import io.heddle.traffic.route.RouteTable;
import io.heddle.traffic.route.Upgrades;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What reads a connection's bytes.
public sealed interface NetworkFilter {
    /// Names it in metrics.
    String statPrefix();

    /// Where what it serves is logged.
    List<AccessLog> accessLogs();

    /// HTTP, as Envoy's `HttpConnectionManager`.
    ///
    /// @param statPrefix names it in metrics; `inbound` and `outbound` decide the reporter
    /// @param routes where routes come from
    /// @param filters what every request passes
    /// @param clientCertificate what is done with `x-forwarded-client-cert`
    /// @param paths what is done to the path before anybody looks at it
    /// @param heads what else is done to heads
    /// @param limits times and sizes
    /// @param upgrades which changes of protocol are carried where a route does not say it
    /// @param codec which versions of HTTP are spoken
    /// @param accessLogs where requests are logged
    /// @param replies what becomes of answers made here
    record Http(
            String statPrefix,
            RouteSource routes,
            FilterChain filters,
            ForwardClientCertificate clientCertificate,
            PathRules paths,
            HeadOptions heads,
            HttpLimits limits,
            Upgrades upgrades,
            Codec codec,
            List<AccessLog> accessLogs,
            ReplyRules replies)
            implements NetworkFilter {
        public Http {
            accessLogs = List.copyOf(accessLogs);
        }

        /// The same with routes from elsewhere.
        public Http with(RouteSource source) {
            return new Http(
                    statPrefix,
                    source,
                    filters,
                    clientCertificate,
                    paths,
                    heads,
                    limits,
                    upgrades,
                    codec,
                    accessLogs,
                    replies);
        }
    }

    /// Bytes in both directions, as Envoy's `TcpProxy`.
    ///
    /// @param statPrefix names it in metrics
    /// @param clusters where they go, one for each connection
    /// @param idle a connection without a byte for so long is closed; zero never (1 h in Envoy when not given)
    /// @param accessLogs where connections are logged, when they end
    record Tcp(String statPrefix, ClusterChoice clusters, Duration idle, List<AccessLog> accessLogs)
            implements NetworkFilter {
        public Tcp {
            accessLogs = List.copyOf(accessLogs);
        }

        /// All connections to one cluster, and no log.
        public Tcp(String statPrefix, String cluster, Duration idle) {
            this(statPrefix, new ClusterChoice.One(ClusterChoice.Target.of(cluster)), idle, List.of());
        }
    }

    /// Which versions of HTTP are spoken on a listener.
    ///
    /// @param kind which
    /// @param http1 how HTTP/1.1 is spoken, where it is
    /// @param http2 how HTTP/2 is spoken, where it is
    record Codec(Kind kind, Http1Options http1, Http2Options http2) {
        public static final Codec DEFAULT = new Codec(Kind.AUTO, Http2Options.DEFAULT);

        /// One that speaks HTTP/1.1 as usual.
        public Codec(Kind kind, Http2Options http2) {
            this(kind, Http1Options.DEFAULT, http2);
        }

        /// As Envoy's `codec_type`.
        public enum Kind {
            /// What ALPN agrees on, else what the first bytes say.
            AUTO,
            HTTP1,
            HTTP2
        }
    }

    /// Where routes come from.
    sealed interface RouteSource {
        /// In place.
        record Inline(RouteTable table) implements RouteSource {}

        /// By name from [RuntimeConfig#routes].
        record Named(String name) implements RouteSource {}
    }

    /// What is done with `x-forwarded-client-cert` (Envoy's `forward_client_cert_details`).
    enum ForwardClientCertificate {
        /// Removed.
        SANITIZE,
        /// Replaced by the client's own, with its URI.
        SANITIZE_SET,
        /// Passed on as it came.
        FORWARD_ONLY,
        /// The client's own is appended.
        APPEND_FORWARD,
        /// Passed on even without TLS.
        ALWAYS_FORWARD_ONLY
    }

    /// What is done to a request's path before routes and filters look at it. Not done, policies on paths can be
    /// evaded.
    ///
    /// @param normalize whether dot segments are resolved and unreserved octets decoded (Envoy's `normalize_path`,
    ///     RFC 3986, section 6)
    /// @param mergeSlashes whether slashes in a row become one (`merge_slashes`)
    /// @param escapedSlashes what becomes of slashes and backslashes that are escaped
    record PathRules(boolean normalize, boolean mergeSlashes, EscapedSlashes escapedSlashes) {
        public static final PathRules NONE = new PathRules(false, false, EscapedSlashes.KEEP_UNCHANGED);
    }

    /// What becomes of `%2F` and `%5C` in a path (`path_with_escaped_slashes_action`): some applications decode
    /// them before they look at the path.
    enum EscapedSlashes {
        KEEP_UNCHANGED,
        /// The request is answered 400.
        REJECT_REQUEST,
        /// The client is told to ask for the plain path, 307.
        UNESCAPE_AND_REDIRECT,
        /// The path is made plain.
        UNESCAPE_AND_FORWARD
    }

    /// Times and sizes of HTTP on a listener.
    ///
    /// @param connections how long a connection is used
    /// @param requestHeaders a head must be complete within it; zero for no limit
    /// @param request a request must be complete within it (`request_timeout`); zero for no limit
    /// @param stream request and response must be complete within it (`max_stream_duration`); zero for no limit
    /// @param streamIdle a request without a byte in either direction for so long is ended, unless its route says
    ///     otherwise (`stream_idle_timeout`, 5 minutes in Envoy); zero for no limit
    /// @param maxHeaderBytes the largest head (60 KiB in Envoy)
    /// @param maxHeaders the most header lines (100 in Envoy)
    /// @param delayedClose how long a client may take to read a last answer before its connection is closed
    ///     (`delayed_close_timeout`, 1 s in Envoy); zero does not wait
    record HttpLimits(
            ConnectionLimits connections,
            Duration requestHeaders,
            Duration request,
            Duration stream,
            Duration streamIdle,
            int maxHeaderBytes,
            int maxHeaders,
            Duration delayedClose) {
        public static final HttpLimits DEFAULT = new HttpLimits(
                ConnectionLimits.DEFAULT,
                Duration.ofSeconds(60),
                Duration.ZERO,
                Duration.ZERO,
                Duration.ofMinutes(5),
                60 * 1024,
                100,
                Duration.ofSeconds(1));
    }

    /// Where requests, or connections, are logged.
    ///
    /// @param path a file; `/dev/stdout` for standard output
    /// @param format Envoy's format text; empty for the default
    /// @param json JSON field → Envoy's format text; empty for a text log
    /// @param condition which requests are logged; empty for all
    record AccessLog(String path, String format, Map<String, String> json, Optional<ReplyCondition> condition) {
        public AccessLog {
            json = Map.copyOf(json);
        }

        /// The same for requests that fit.
        public AccessLog when(Optional<ReplyCondition> fits) {
            return new AccessLog(path, format, json, fits);
        }
    }
}
