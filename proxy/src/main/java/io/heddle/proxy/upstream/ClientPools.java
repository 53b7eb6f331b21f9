package io.heddle.proxy.upstream;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/// The pools of a host whose connections are not for everybody, because they begin with a PROXY header or come from a
/// client's address: one for each that is the same in that, the latest [#LIMIT] of them. One that nobody used the
/// longest makes room: its idle connections are closed, the others when they are done. Confined to its loop.
final class ClientPools implements ConnectionPool {
    static final int LIMIT = 1024;

    private final UpstreamTarget target;
    private final Function<ConnectionOrigin, ConnectionPool> fresh;
    private final Map<ConnectionOrigin, ConnectionPool> pools = new LinkedHashMap<>(16, 0.75f, true);

    ClientPools(UpstreamTarget target, Function<ConnectionOrigin, ConnectionPool> fresh) {
        this.target = target;
        this.fresh = fresh;
    }

    @Override
    public boolean serves(UpstreamTarget other) {
        return other.sameConnections(target);
    }

    @Override
    public void acquire(ConnectionTicket ticket) {
        var origin = ConnectionOrigin.of(target, ticket.originator());
        var pool = pools.get(origin);
        if (pool == null) {
            pool = fresh.apply(origin);
            pools.put(origin, pool);
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
