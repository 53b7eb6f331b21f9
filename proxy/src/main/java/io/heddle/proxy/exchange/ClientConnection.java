package io.heddle.proxy.exchange;

import io.heddle.traffic.request.Peer;

/// Who is at the client's end of a connection.
///
/// @param peer as the connection proves it
/// @param certificate this hop's element of `x-forwarded-client-cert`; empty without a client certificate
public record ClientConnection(Peer peer, String certificate) {}
