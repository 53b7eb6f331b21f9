package io.heddle.proxy.upstream.connect;

import java.util.Optional;

/// What connections to a host have from the client that they are made for. Those that have the same may serve the same
/// requests.
///
/// @param header what they begin with
/// @param source where they come from; empty for this machine
public record ConnectionOrigin(Optional<ProxyAnnouncement> header, Optional<SourceAddress> source) {
    /// Nothing: they may serve everybody.
    public static final ConnectionOrigin ANYBODY = new ConnectionOrigin(Optional.empty(), Optional.empty());

    /// What those have that are made to `target` for `who`.
    public static ConnectionOrigin of(UpstreamTarget target, Originator who) {
        if (!target.announces()) {
            return who.source().isEmpty() ? ANYBODY : new ConnectionOrigin(Optional.empty(), who.source());
        }
        var header = ProxyAnnouncement.of(target.transport().announcement(), who.client());
        return new ConnectionOrigin(Optional.of(header), who.source());
    }
}
