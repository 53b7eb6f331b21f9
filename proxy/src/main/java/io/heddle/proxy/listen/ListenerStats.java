package io.heddle.proxy.listen;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/// What happened to a listener's connections, under Envoy's names. Counted on any thread without locks.
public final class ListenerStats {
    private final Map<Figure, LongAdder> figures = new EnumMap<>(Figure.class);
    private final Map<String, LimitCount> limits = new ConcurrentHashMap<>();

    /// Everything that is counted.
    public enum Figure {
        TOTAL("downstream_cx_total", "Connections accepted."),
        DESTROYED("downstream_cx_destroy", "Connections ended."),
        ACTIVE("downstream_cx_active", "Connections open."),
        INSPECTING("downstream_pre_cx_active", "Connections under inspection."),
        INSPECTION_TIMEOUT("downstream_pre_cx_timeout", "Connections whose inspection took too long."),
        INSPECTION_ERROR("downstream_listener_filter_error", "Connections that a listener filter closed."),
        INSPECTION_REMOTE_CLOSE(
                "downstream_listener_filter_remote_close", "Connections whose client ended before it was known."),
        GLOBAL_OVERFLOW("downstream_global_cx_overflow", "Connections refused: too many in the proxy."),
        OVERLOAD_REJECT("downstream_cx_overload_reject", "Connections refused: the proxy is overloaded."),
        NO_CHAIN("no_filter_chain_match", "Connections that no filter chain matched."),
        HANDSHAKE("ssl_handshake", "TLS handshakes."),
        HANDSHAKE_ERROR("ssl_connection_error", "TLS handshakes that failed."),
        TLS_FOUND("tls_inspector_tls_found", "Connections that the TLS inspector knew for TLS."),
        TLS_NOT_FOUND("tls_inspector_tls_not_found", "Connections that are no TLS."),
        SNI_FOUND("tls_inspector_sni_found", "ClientHellos with a server name."),
        SNI_NOT_FOUND("tls_inspector_sni_not_found", "ClientHellos without a server name."),
        ALPN_FOUND("tls_inspector_alpn_found", "ClientHellos with application protocols."),
        ALPN_NOT_FOUND("tls_inspector_alpn_not_found", "ClientHellos without application protocols."),
        CLIENT_HELLO_TOO_LARGE("tls_inspector_client_hello_too_large", "ClientHellos longer than 16 KiB."),
        HTTP10_FOUND("http_inspector_http10_found", "Connections of HTTP/1.0."),
        HTTP11_FOUND("http_inspector_http11_found", "Connections of HTTP/1.1."),
        HTTP2_FOUND("http_inspector_http2_found", "Connections of HTTP/2 by prior knowledge."),
        HTTP_NOT_FOUND("http_inspector_http_not_found", "Plaintext connections of no HTTP."),
        PROXY_V1_FOUND("proxy_proto_versions_v1_found", "PROXY headers of version 1."),
        PROXY_V2_FOUND("proxy_proto_versions_v2_found", "PROXY headers of version 2."),
        PROXY_NOT_FOUND("proxy_proto_not_found", "Connections without a PROXY header."),
        SERVER_FIRST("server_first_not_awaited", "Connections whose client was not waited for.");

        private final String label;
        private final String help;

        Figure(String label, String help) {
            this.label = label;
            this.help = help;
        }

        /// Its name after `envoy_listener_`.
        public String label() {
            return label;
        }

        /// What it counts.
        public String help() {
            return help;
        }

        /// Whether it goes up and down.
        public boolean isGauge() {
            return this == ACTIVE || this == INSPECTING;
        }
    }

    ListenerStats() {
        for (var figure : Figure.values()) {
            figures.put(figure, new LongAdder());
        }
    }

    void count(Figure figure) {
        adder(figure).increment();
    }

    void uncount(Figure figure) {
        adder(figure).decrement();
    }

    /// What a limit of connections came to (Envoy's `connection_limit.<stat_prefix>.…`).
    public static final class LimitCount {
        private final LongAdder active = new LongAdder();
        private final LongAdder limited = new LongAdder();

        void enter() {
            active.increment();
        }

        void leave() {
            active.decrement();
        }

        void refuse() {
            limited.increment();
        }

        /// Connections open under it.
        public long active() {
            return active.sum();
        }

        /// Connections refused.
        public long limited() {
            return limited.sum();
        }
    }

    /// The count of limits with this `stat_prefix`.
    LimitCount limit(String statPrefix) {
        return limits.computeIfAbsent(statPrefix, _ -> new LimitCount());
    }

    /// What limits of connections came to, by their `stat_prefix`.
    public Map<String, LimitCount> limits() {
        return Map.copyOf(limits);
    }

    /// How much it is now.
    public long value(Figure figure) {
        return adder(figure).sum();
    }

    private LongAdder adder(Figure figure) {
        var adder = figures.get(figure);
        if (adder == null) {
            throw new IllegalStateException(figure.label());
        }
        return adder;
    }
}
