package io.heddle.traffic.runtime;

import java.time.Duration;

/// How HTTP/2 is spoken on a connection (Envoy's `core.v3.Http2ProtocolOptions`).
///
/// The defaults are bounded: what a peer's streams can make the proxy hold is at most a window a stream, of a client
/// no more than a hundred windows, and eight MiB more a connection.
///
/// @param headerTableSize bytes of HPACK's dynamic table that the peer may use (4096)
/// @param maxConcurrentStreams streams that the peer may have open at once (1024)
/// @param streamWindow bytes that the peer may send ahead on a stream at first (64 KiB; Envoy 16 MiB); a stream that
///     is read as fast as it comes gets more, up to a MiB
/// @param connectionWindow bytes that the peer may send ahead on the connection (1 MiB; Envoy 24 MiB)
/// @param allowConnect whether extended CONNECT is spoken (RFC 8441)
/// @param keepAlive when the peer is asked whether it is there
public record Http2Options(
        int headerTableSize,
        int maxConcurrentStreams,
        int streamWindow,
        int connectionWindow,
        boolean allowConnect,
        KeepAlive keepAlive) {
    public static final Http2Options DEFAULT =
            new Http2Options(4096, 1024, 64 * 1024, 1024 * 1024, false, KeepAlive.NONE);

    /// A copy that speaks extended CONNECT, or does not.
    public Http2Options withConnect(boolean allowed) {
        return new Http2Options(
                headerTableSize, maxConcurrentStreams, streamWindow, connectionWindow, allowed, keepAlive);
    }

    /// When a PING asks whether the peer is there (Envoy's `connection_keepalive`).
    ///
    /// @param interval between two; zero never
    /// @param jitter how much longer than that a wait may be, drawn anew for each, as a share of it
    ///     (`interval_jitter`, 0.15 in Envoy when not given)
    /// @param timeout an answer must come within it, else the connection ends
    /// @param rest a connection to a host on which nothing came for so long is asked before it takes
    ///     another request; zero never (`connection_idle_interval`)
    public record KeepAlive(Duration interval, double jitter, Duration timeout, Duration rest) {
        public static final double JITTER = 0.15;
        public static final KeepAlive NONE = new KeepAlive(Duration.ZERO, 0, Duration.ZERO, Duration.ZERO);

        /// One that asks at even intervals.
        public KeepAlive(Duration interval, Duration timeout) {
            this(interval, 0, timeout, Duration.ZERO);
        }
    }
}
