package io.heddle.proxy.upstream.pool;

import io.heddle.proxy.upstream.connect.ConnectionOrigin;
import io.heddle.proxy.upstream.connect.UpstreamTarget;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongSupplier;

/// The pools of a host whose connections are not for everybody, because they begin with a PROXY header or come from a
/// client's address: one for each that is the same in that, the latest [#LIMIT] of them. One that nobody used the
/// longest makes room: its idle connections are closed, the others when they are done. So does one that nobody used in
/// [#REST], when others are in use: idle connections of clients that went away count in the cluster's breaker and
/// would keep those who came from having more than one. Confined to its loop.
final class ClientPools implements ConnectionPool {
    static final int LIMIT = 1024;
    static final Duration REST = Duration.ofMinutes(1);

    private final UpstreamTarget target;
    private final Function<ConnectionOrigin, ConnectionPool> fresh;
    private final LongSupplier now;
    private final Map<ConnectionOrigin, Used> pools = new LinkedHashMap<>(16, 0.75f, true);

    /// A pool and when it was used last.
    private static final class Used {
        private final ConnectionPool pool;
        private long at;

        Used(ConnectionPool pool) {
            this.pool = pool;
        }
    }

    /// `now` tells the monotonic clock.
    ClientPools(UpstreamTarget target, Function<ConnectionOrigin, ConnectionPool> fresh, LongSupplier now) {
        this.target = target;
        this.fresh = fresh;
        this.now = now;
    }

    @Override
    public boolean serves(UpstreamTarget other) {
        return other.sameConnections(target);
    }

    @Override
    public void acquire(ConnectionTicket ticket) {
        var origin = ConnectionOrigin.of(target, ticket.originator());
        var used = pools.get(origin);
        if (used == null) {
            used = new Used(fresh.apply(origin));
            pools.put(origin, used);
        }
        used.at = now.getAsLong();
        makeRoom(used.at);
        used.pool.acquire(ticket);
    }

    /// The one that was just used stands last and stays.
    private void makeRoom(long time) {
        var all = pools.values().iterator();
        var oldest = all.next();
        while (all.hasNext() && (pools.size() > LIMIT || time - oldest.at > REST.toNanos())) {
            all.remove();
            oldest.pool.retire();
            all = pools.values().iterator();
            oldest = all.next();
        }
    }

    @Override
    public void forget(ConnectionTicket ticket) {
        throw new IllegalStateException("no ticket waits here");
    }

    @Override
    public void retire() {
        pools.values().forEach(used -> used.pool.retire());
        pools.clear();
    }
}
