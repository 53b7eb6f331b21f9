package io.heddle.traffic.resilience;

import java.util.concurrent.atomic.AtomicLongArray;

/// What became of a cluster's connections, and of requests that waited for one, since the proxy began. Safe on any
/// thread; nothing here is counted for a request that finds a connection and is answered on it.
public final class ConnectionCounts {
    private final AtomicLongArray counts = new AtomicLongArray(Figure.values().length);

    /// What is counted, with Envoy's names of `cluster.<name>.…`.
    public enum Figure {
        TOTAL(0, "upstream_cx_total", "Connections begun."),
        CONNECT_FAIL(1, "upstream_cx_connect_fail", "Connections that could not be made, for lack of time among them."),
        CONNECT_TIMEOUT(2, "upstream_cx_connect_timeout", "Connections that were not made in time."),
        OVERFLOW(3, "upstream_cx_overflow", "Times that another connection was wanted and there were too many."),
        NONE_HEALTHY(4, "upstream_cx_none_healthy", "Times that no host was well enough."),
        DESTROY(5, "upstream_cx_destroy", "Connections ended."),
        DESTROY_LOCAL(6, "upstream_cx_destroy_local", "Connections ended by this proxy."),
        DESTROY_REMOTE(7, "upstream_cx_destroy_remote", "Connections ended by the host, or never made."),
        DESTROY_ACTIVE(8, "upstream_cx_destroy_with_active_rq", "Connections ended with a request on them."),
        DESTROY_LOCAL_ACTIVE(9, "upstream_cx_destroy_local_with_active_rq", "Of these, by this proxy."),
        DESTROY_REMOTE_ACTIVE(10, "upstream_cx_destroy_remote_with_active_rq", "Of these, by the host."),
        CANCELLED(11, "upstream_rq_cancelled", "Requests given up before they had a connection."),
        PENDING_FAILURE(12, "upstream_rq_pending_failure_eject", "Requests whose connection could not be made."),
        RECEIVED_RESET(13, "upstream_rq_rx_reset", "Requests that hosts of HTTP/2 reset."),
        SENT_RESET(14, "upstream_rq_tx_reset", "Requests at hosts of HTTP/2 that were reset here."),
        PENDING_TOTAL(15, "upstream_rq_pending_total", "Requests that waited for a connection."),
        HTTP1_TOTAL(16, "upstream_cx_http1_total", "Connections of HTTP/1 that stood."),
        HTTP2_TOTAL(17, "upstream_cx_http2_total", "Connections of HTTP/2 that stood."),
        IDLE_TIMEOUT(18, "upstream_cx_idle_timeout", "Connections ended as nothing came for too long."),
        MAX_REQUESTS(19, "upstream_cx_max_requests", "Connections ended after as many requests as they may take."),
        MAX_DURATION(20, "upstream_cx_max_duration_reached", "Connections ended as old as they may become."),
        PROTOCOL_ERROR(21, "upstream_cx_protocol_error", "Connections ended for what the host sent."),
        CLOSE_NOTIFY(22, "upstream_cx_close_notify", "Connections that hosts said will end."),
        HANDSHAKE(23, "ssl_handshake", "TLS handshakes with hosts."),
        HANDSHAKE_ERROR(24, "ssl_connection_error", "TLS handshakes with hosts that failed."),
        REQUEST_DURATION(
                25, "upstream_rq_max_duration_reached", "Times that a request took longer at a host than it may."),
        INVALID_DESTINATION(
                26, "original_dst_host_invalid", "Times that what a request says of its destination was no address.");

        private final int place;
        private final String stat;
        private final String help;

        Figure(int place, String stat, String help) {
            this.place = place;
            this.stat = stat;
            this.help = help;
        }

        /// Envoy's name.
        public String stat() {
            return stat;
        }

        /// What it means, for people.
        public String help() {
            return help;
        }
    }

    /// One more.
    public void count(Figure figure) {
        counts.incrementAndGet(figure.place);
    }

    /// A connection has ended.
    ///
    /// @param here whether this proxy ended it
    public void ended(boolean here) {
        count(Figure.DESTROY);
        count(here ? Figure.DESTROY_LOCAL : Figure.DESTROY_REMOTE);
    }

    /// One of those that have ended, or are about to, had a request.
    ///
    /// @param here whether this proxy ended it
    public void endedActive(boolean here) {
        count(Figure.DESTROY_ACTIVE);
        count(here ? Figure.DESTROY_LOCAL_ACTIVE : Figure.DESTROY_REMOTE_ACTIVE);
    }

    /// How many so far.
    public long value(Figure figure) {
        return counts.get(figure.place);
    }
}
