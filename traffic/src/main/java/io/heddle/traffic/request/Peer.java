package io.heddle.traffic.request;

import java.net.InetSocketAddress;
import java.util.Optional;

/// Who sent a request, as far as the connection proves it: one object per connection.
///
/// @param remote the connection's far end
/// @param local the connection's near end
/// @param tls whether the connection is TLS
/// @param principal the SPIFFE URI of the verified client certificate
/// @param serverName the SNI name asked for
public record Peer(
        InetSocketAddress remote,
        InetSocketAddress local,
        boolean tls,
        Optional<String> principal,
        Optional<String> serverName) {}
