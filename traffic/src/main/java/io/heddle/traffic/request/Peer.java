package io.heddle.traffic.request;

import java.net.InetSocketAddress;
import java.util.Optional;

/// Who sent a request, as far as the connection proves it: one object per connection.
///
/// @param remote where the connection comes from: its far end, or what a PROXY header that is believed says
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
}
