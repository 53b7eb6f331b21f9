package io.heddle.xds.server;

import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// Lets every proxy in, offers each the same set, and keeps what it is told.
final class Connections implements ProxyConnections {
    final List<ConnectedNode> nodes = new CopyOnWriteArrayList<>();
    final List<AdsSession.Handle> sessions = new CopyOnWriteArrayList<>();
    final List<String> events = new CopyOnWriteArrayList<>();
    private volatile ResourceSet set;

    Connections(ResourceSet set) {
        this.set = set;
    }

    void offer(ResourceSet next) {
        set = next;
        sessions.forEach(session -> session.offer(next));
    }

    @Override
    public Admission connected(ConnectedNode node, AdsSession.Handle session) {
        if (node.id().startsWith("unwanted")) {
            return Admission.refused("not wanted");
        }
        nodes.add(node);
        sessions.add(session);
        session.offer(set);
        return Admission.accepted();
    }

    @Override
    public void acknowledged(AdsSession.Handle session, ResourceType type, String version) {
        events.add("ack " + type + " " + version);
    }

    @Override
    public void rejected(AdsSession.Handle session, ResourceType type, String version, String detail) {
        events.add("nack " + type + " " + detail);
    }

    @Override
    public void healthReported(AdsSession.Handle session, boolean healthy, String detail) {
        events.add("health " + healthy + " " + detail);
    }

    @Override
    public void disconnected(AdsSession.Handle session) {
        sessions.remove(session);
        events.add("gone");
    }
}
