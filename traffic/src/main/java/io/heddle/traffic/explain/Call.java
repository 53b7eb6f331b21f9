package io.heddle.traffic.explain;

import io.heddle.traffic.request.Peer;
import io.heddle.traffic.runtime.ConnectionInfo;
import java.util.List;

/// A request that is to be explained, and the connection that it comes by. Texts stand as one char per octet.
///
/// @param listener the name of the listener that takes the connection
/// @param method for example `GET`
/// @param authority empty for none
/// @param path with its query
/// @param headers in order, without `host`
/// @param peer who sends it, and where to
/// @param protocols what the client offers by ALPN; empty for nothing
/// @param seed what stands for chance: the same seed makes the same choices
public record Call(
        String listener,
        String method,
        String authority,
        String path,
        List<Line> headers,
        Peer peer,
        List<String> protocols,
        long seed) {
    public Call {
        headers = List.copyOf(headers);
        protocols = List.copyOf(protocols);
    }

    /// A header line.
    public record Line(String name, String value) {}

    /// What its connection is like for a listener that looks for TLS, or for HTTP in plaintext, or does not.
    ConnectionInfo connection(boolean looksForTls, boolean looksForHttp) {
        boolean seen = looksForTls && peer.tls();
        var plain = looksForHttp && !peer.tls() ? List.of("http/1.1") : List.<String>of();
        return new ConnectionInfo(
                peer.local(),
                peer.remote(),
                peer.direct(),
                seen ? peer.serverName().orElse("") : "",
                seen ? ConnectionInfo.TLS : ConnectionInfo.RAW_BUFFER,
                seen ? protocols : plain);
    }
}
