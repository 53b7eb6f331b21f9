package io.heddle.xds.server;

import io.grpc.Context;
import io.heddle.model.name.Entitlement;
import java.util.Optional;

/// Who made a call, as far as the connection and the call's headers tell.
///
/// @param secured whether the call came over TLS
/// @param proved what the client certificate proves, which TLS has verified against the mesh root
/// @param bearerToken the token of the `authorization: Bearer` header
/// @param remoteAddress `host:port`
record Peer(boolean secured, Optional<Entitlement> proved, Optional<String> bearerToken, String remoteAddress) {
    static final Context.Key<Peer> KEY = Context.key("heddle-peer");

    /// The peer of the call that runs on this thread.
    static Peer current() {
        var peer = KEY.get();
        if (peer == null) {
            throw new IllegalStateException("PeerInterceptor is not installed");
        }
        return peer;
    }
}
