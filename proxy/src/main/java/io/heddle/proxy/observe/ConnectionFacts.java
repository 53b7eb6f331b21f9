package io.heddle.proxy.observe;

import io.heddle.proxy.tls.ConnectionTls;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Optional;

/// What command operators tell of one connection, with a client or with a host. One object per connection.
///
/// @param id its number; no other connection of the process has it
/// @param chain the name of the filter chain that it came by; empty where it has none
/// @param near this end's address; empty where it is no address of IP
/// @param tls what is known of TLS on it
/// @param serverName the SNI name that a host was asked for; empty without
/// @param times when it was made, where this side made it
public record ConnectionFacts(
        long id, String chain, Optional<InetSocketAddress> near, ConnectionTls tls, String serverName, Times times) {
    /// Nothing is known.
    public static final ConnectionFacts NONE =
            new ConnectionFacts(0, "", Optional.empty(), ConnectionTls.NONE, "", Times.NONE);

    /// Points in time of a connection's making, `System.nanoTime()`; 0 means that it did not happen.
    ///
    /// @param begun it was begun
    /// @param stood it stood, TLS apart
    /// @param secured TLS stood
    public record Times(long begun, long stood, long secured) {
        /// None is known.
        public static final Times NONE = new Times(0, 0, 0);
    }

    /// Of a connection with a client that came by the filter chain called `chain`, and whose near end is `local`.
    public static ConnectionFacts ofClient(long id, String chain, SocketAddress local, ConnectionTls tls) {
        return new ConnectionFacts(id, chain, near(local), tls, "", Times.NONE);
    }

    /// `local` as an address of IP.
    public static Optional<InetSocketAddress> near(SocketAddress local) {
        return local instanceof InetSocketAddress address ? Optional.of(address) : Optional.empty();
    }
}
