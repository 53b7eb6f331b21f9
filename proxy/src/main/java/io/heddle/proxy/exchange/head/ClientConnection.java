package io.heddle.proxy.exchange.head;

import io.heddle.proxy.observe.ConnectionFacts;
import io.heddle.proxy.upstream.connect.Originator;
import io.heddle.proxy.upstream.connect.SourceAddress;
import io.heddle.traffic.request.Peer;
import java.net.InetSocketAddress;
import java.util.Optional;

/// Who is at the client's end of a connection.
///
/// @param peer as the connection proves it
/// @param certificate what this hop says of its certificate in `x-forwarded-client-cert`
/// @param facts what command operators tell of the connection
/// @param protocol what it speaks: the ALPN name agreed on, or what an inspector saw (`http/1.1`, `h2c`); empty when
///     unknown
/// @param intercepted where it wanted to go, when the kernel or a PROXY header led it here from there
/// @param source where connections that are made for it come from; empty for this machine
public record ClientConnection(
        Peer peer,
        ForwardedCertificate certificate,
        ConnectionFacts facts,
        String protocol,
        Optional<InetSocketAddress> intercepted,
        Optional<SourceAddress> source) {
    /// For whom connections to hosts are made.
    public Originator originator() {
        return new Originator(Optional.of(peer), source);
    }
}
