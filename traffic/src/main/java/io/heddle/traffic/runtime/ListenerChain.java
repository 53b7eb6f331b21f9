package io.heddle.traffic.runtime;

import java.util.List;
import java.util.Optional;

/// One way of handling a connection (Envoy's `FilterChain`).
///
/// @param name for people; may be empty
/// @param match which connections
/// @param tls TLS on the connection; empty for plaintext
/// @param filter what reads the connection
public record ListenerChain(String name, Match match, Optional<ServerTls> tls, NetworkFilter filter) {
    /// Which connections a chain takes; empty lists take all.
    ///
    /// @param transport `tls`, `raw_buffer`, or empty for both
    /// @param serverNames SNI names, exact or `*.suffix`
    /// @param applicationProtocols ALPN names offered
    public record Match(String transport, List<String> serverNames, List<String> applicationProtocols) {
        public static final Match ANY = new Match("", List.of(), List.of());

        public Match {
            serverNames = List.copyOf(serverNames);
            applicationProtocols = List.copyOf(applicationProtocols);
        }
    }
}
