package io.heddle.proxy.upstream.connect;

import io.heddle.traffic.request.Peer;
import java.util.Optional;

/// For whom a connection to a host is made.
///
/// @param client whose bytes it carries; empty when they are nobody's
/// @param source where it comes from; empty for this machine
public record Originator(Optional<Peer> client, Optional<SourceAddress> source) {
    /// Nobody: the proxy asks by itself.
    public static final Originator NOBODY = new Originator(Optional.empty(), Optional.empty());
}
