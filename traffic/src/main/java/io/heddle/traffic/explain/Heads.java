package io.heddle.traffic.explain;

import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.request.Peer;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.runtime.NetworkFilter;
import java.util.List;

/// Makes the head of a [Call] what routes and filters see: reads it, makes it plain, finds out who sent it.
public interface Heads {
    /// What came of it.
    sealed interface Received {
        /// The request goes on.
        ///
        /// @param head its head
        /// @param peer who sent it, by what proxies in front say where they are believed
        /// @param https whether it was made over TLS
        /// @param internal whether it comes from inside
        /// @param upgrade the protocol it wants to change to; empty for none
        record Taken(RequestHead head, Peer peer, boolean https, boolean internal, String upgrade)
                implements Received {}

        /// It is answered at once.
        record Refused(LocalReply reply) implements Received {}
    }

    /// Receives `call` under `settings`; unless it comes from inside, its head loses `internalOnly`.
    Received receive(Call call, NetworkFilter.Http settings, List<HeaderName> internalOnly);
}
