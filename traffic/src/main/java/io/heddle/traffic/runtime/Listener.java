package io.heddle.traffic.runtime;

import java.util.List;

/// Where a proxy listens and what it does with a connection, as Envoy's `listener.v3.Listener`.
///
/// @param name the listener
/// @param address the IP address bound
/// @param port the port bound; 0 picks one
/// @param inspectTls whether the first bytes are looked at to tell TLS from plaintext before a chain is chosen
/// @param chains the one that matches best takes the connection; none closes it
public record Listener(String name, String address, int port, boolean inspectTls, List<ListenerChain> chains) {
    public Listener {
        chains = List.copyOf(chains);
    }
}
