package io.heddle.proxy.upstream;

import io.heddle.proxy.http2.Http2Counters;
import io.heddle.proxy.loop.Worker;
import io.heddle.traffic.balance.HostState;
import io.heddle.traffic.runtime.Cluster;
import io.netty.channel.socket.SocketChannel;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;

/// The pools of one event loop, one a host.
final class HostPools {
    private final Worker worker;
    private final Class<? extends SocketChannel> socketChannel;
    private final Http2Counters counters;
    private final IdentityHashMap<HostState, ConnectionPool> pools = new IdentityHashMap<>();

    HostPools(Worker worker, Class<? extends SocketChannel> socketChannel, Http2Counters counters) {
        this.worker = worker;
        this.socketChannel = socketChannel;
        this.counters = counters;
    }

    Class<? extends SocketChannel> socketChannel() {
        return socketChannel;
    }

    /// The pool for `target`. One whose connections do not serve it any more, as TLS changed, makes room for a new
    /// one.
    ConnectionPool pool(UpstreamTarget target) {
        var pool = pools.get(target.host().state());
        if (pool != null && pool.serves(target)) {
            return pool;
        }
        if (pool != null) {
            pool.retire();
        }
        var fresh = fresh(target);
        pools.put(target.host().state(), fresh);
        return fresh;
    }

    private ConnectionPool fresh(UpstreamTarget target) {
        if (target.transport().announcement() == Cluster.Announcement.NONE) {
            return pool(new RawConnector(worker, socketChannel, target, Optional.empty()));
        }
        return new AnnouncingPools(
                target, header -> pool(new RawConnector(worker, socketChannel, target, Optional.of(header))));
    }

    private ConnectionPool pool(RawConnector connector) {
        return switch (connector.target().protocol()) {
            case HTTP1 -> new Http1Pool(connector, worker);
            case HTTP2 -> new Http2Pool(connector, worker, counters);
            case AUTO -> new AutoPool(connector, worker, counters);
            case DOWNSTREAM -> new SameProtocolPool(connector, worker, counters);
        };
    }

    /// These hosts are gone. Safe on any thread.
    void retire(List<HostState> gone) {
        worker.loop()
                .execute(() -> gone.forEach(state -> {
                    var pool = pools.remove(state);
                    if (pool != null) {
                        pool.retire();
                    }
                }));
    }
}
