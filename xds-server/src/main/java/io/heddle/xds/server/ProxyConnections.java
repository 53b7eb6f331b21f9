package io.heddle.xds.server;

import io.heddle.xds.resource.ResourceType;
import io.heddle.xds.server.AdsSession.Handle;

/// What the control plane learns from its proxies' ADS streams. Called on gRPC threads, for one session never
/// concurrently; an implementation must not block long.
public interface ProxyConnections {
    /// A proxy opened a stream and said who it is. Nothing is sent to it before the first [Handle#offer].
    Admission connected(ConnectedNode node, Handle session);

    /// The proxy took what was sent.
    ///
    /// @param version the version of the whole type that the proxy has now, see
    ///     [io.heddle.xds.resource.ResourceSet#version(ResourceType)]; equal to it when the
    ///     proxy subscribes to all names
    void acknowledged(Handle session, ResourceType type, String version);

    /// The proxy refused what was sent and keeps what it had.
    ///
    /// @param version the version refused
    /// @param detail the proxy's reasons
    void rejected(Handle session, ResourceType type, String version, String detail);

    /// The proxy reports on its application.
    ///
    /// @param detail why it is not healthy; empty when it is
    void healthReported(Handle session, boolean healthy, String detail);

    /// The stream is gone. Called once for every session that was accepted.
    void disconnected(Handle session);
}
