package io.heddle.traffic.request;

import java.net.InetSocketAddress;
import java.util.Optional;

/// Who sent a request, as far as the connection proves it: one object per connection.
///
/// @param remote where it comes from: the connection's far end, or what a PROXY header or proxies in front that
///     are believed say
/// @param direct the connection's far end
/// @param local where the client wanted to go: the connection's near end, or the original destination of a redirected
/// one
/// @param tls whether the connection is TLS
/// @param principal the SPIFFE URI of the verified client certificate
/// @param serverName the SNI name asked for
public record Peer(
        InetSocketAddress remote,
        InetSocketAddress direct,
        InetSocketAddress local,
        boolean tls,
        Optional<String> principal,
        Optional<String> serverName) {
    /// A peer that is where it says it is.
    public Peer(
            InetSocketAddress remote,
            InetSocketAddress local,
            boolean tls,
            Optional<String> principal,
            Optional<String> serverName) {
        this(remote, remote, local, tls, principal, serverName);
    }

    /// This peer with another `remote`: where a request comes from, by what proxies in front say.
    public Peer withRemote(InetSocketAddress address) {
        return new Peer(address, direct, local, tls, principal, serverName);
    }
}
