package io.heddle.proxy.upstream;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/// The pools of a host whose connections begin with a PROXY header: one for each connection of a client, the latest
/// [#LIMIT] of them, as a header tells of one client only. One that nobody used the longest makes room: its idle
/// connections are closed, the others when they are done. Confined to its loop.
final class AnnouncingPools implements ConnectionPool {
    static final int LIMIT = 1024;

    private final UpstreamTarget target;
    private final Function<ProxyAnnouncement, ConnectionPool> fresh;
    private final Map<ProxyAnnouncement, ConnectionPool> pools = new LinkedHashMap<>(16, 0.75f, true);

    AnnouncingPools(UpstreamTarget target, Function<ProxyAnnouncement, ConnectionPool> fresh) {
        this.target = target;
        this.fresh = fresh;
    }

    @Override
    public boolean serves(UpstreamTarget other) {
        return other.sameConnections(target);
    }

    @Override
    public void acquire(ConnectionTicket ticket) {
        var header = ProxyAnnouncement.of(target.transport().announcement(), ticket.client());
        var pool = pools.get(header);
        if (pool == null) {
            pool = fresh.apply(header);
            pools.put(header, pool);
            makeRoom();
        }
        pool.acquire(ticket);
    }

    private void makeRoom() {
        if (pools.size() > LIMIT) {
            var oldest = pools.entrySet().iterator();
            oldest.next().getValue().retire();
            oldest.remove();
        }
    }

    @Override
    public void forget(ConnectionTicket ticket) {
        throw new IllegalStateException("no ticket waits here");
    }

    @Override
    public void retire() {
        pools.values().forEach(ConnectionPool::retire);
        pools.clear();
    }
}
