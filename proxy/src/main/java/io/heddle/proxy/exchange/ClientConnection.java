package io.heddle.proxy.exchange;

import io.heddle.traffic.request.Peer;

/// Who is at the client's end of a connection.
///
/// @param peer as the connection proves it
/// @param certificate this hop's element of `x-forwarded-client-cert`; empty without a client certificate
/// @param protocol what it speaks: the ALPN name agreed on, or what an inspector saw (`http/1.1`, `h2c`); empty when
///     unknown
public record ClientConnection(Peer peer, String certificate, String protocol) {}
