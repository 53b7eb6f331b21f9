package io.heddle.traffic.runtime;

import java.net.InetSocketAddress;
import java.util.List;

/// What is known of a new connection before anybody reads it: all that a [ListenerChain.Match] can ask for.
///
/// @param destination where the client wanted to go: the connection's near end, or the original destination of a
///     redirected connection, or what a PROXY header says
/// @param source where the connection comes from, by a PROXY header if there was one
/// @param directSource the connection's far end
/// @param serverName the SNI name in lower case; empty without
/// @param transport `tls` when a ClientHello was seen, else `raw_buffer`
/// @param applicationProtocols ALPN names as the client offers them, or what an inspector saw (`http/1.0`, `http/1.1`,
///     `h2c`); empty when unknown
public record ConnectionInfo(
        InetSocketAddress destination,
        InetSocketAddress source,
        InetSocketAddress directSource,
        String serverName,
        String transport,
        List<String> applicationProtocols) {
    /// What a connection is that no inspector knew to be TLS.
    public static final String RAW_BUFFER = "raw_buffer";

    /// What a connection is that begins with a ClientHello.
    public static final String TLS = "tls";

    public ConnectionInfo {
        applicationProtocols = List.copyOf(applicationProtocols);
    }

    /// A connection of which only the addresses are known.
    public static ConnectionInfo of(InetSocketAddress destination, InetSocketAddress source) {
        return new ConnectionInfo(destination, source, source, "", RAW_BUFFER, List.of());
    }

    /// Whether it comes from this machine: from a loopback address, or from the address it goes to.
    boolean isLocal() {
        return source.getAddress().isLoopbackAddress() || source.getAddress().equals(destination.getAddress());
    }
}
