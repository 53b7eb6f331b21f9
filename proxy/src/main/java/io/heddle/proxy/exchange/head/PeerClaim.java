package io.heddle.proxy.exchange.head;

import io.heddle.model.name.SpiffeId;
import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.proxy.http.LineKind;
import io.heddle.traffic.request.Peer;
import io.heddle.traffic.request.PeerMetadata;
import io.heddle.traffic.request.Span;

/// Which workload a connection's peer says it is, in `x-heddle-peer`. Believed only under mTLS and only for the
/// namespace that its certificate proves; remembered for the connection's later requests. One object per connection.
public final class PeerClaim {
    private final ClientConnection connection;
    private final Peer peer;
    private PeerMetadata known;

    /// Nothing was said yet on `connection`.
    public PeerClaim(ClientConnection connection) {
        this.connection = connection;
        this.peer = connection.peer();
        this.known = principalOnly(peer);
    }

    /// The connection whose peer it is.
    public ClientConnection connection() {
        return connection;
    }

    private static PeerMetadata principalOnly(Peer peer) {
        return peer.principal()
                .flatMap(SpiffeId::parse)
                .map(id -> new PeerMetadata("unknown", id.namespace(), "unknown", "latest", "unknown"))
                .orElse(PeerMetadata.UNKNOWN);
    }

    /// What is known without a request that can be read.
    public PeerMetadata known() {
        return known;
    }

    /// What is known with this request.
    public PeerMetadata read(HttpRequestHead head) {
        if (head.lines().has(LineKind.PEER) && peer.principal().isPresent()) {
            var said = PeerMetadata.parse(Span.text(head.bytes(), head.lines().first(LineKind.PEER)));
            var proven = peer.principal().flatMap(SpiffeId::parse).map(SpiffeId::namespace);
            if (proven.isPresent() && proven.get().equals(said.namespace())) {
                known = said;
            }
        }
        return known;
    }
}
