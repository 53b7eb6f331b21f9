package io.heddle.proxy.upstream.pool;

import io.heddle.proxy.http.HttpVersion;
import io.heddle.proxy.http2.Http2Counters;
import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.upstream.connect.RawConnector;
import io.heddle.proxy.upstream.connect.UpstreamTarget;

/// The pools of a host that is spoken to as the client speaks to us (Envoy's `use_downstream_protocol_config`).
final class SameProtocolPool implements ConnectionPool {
    private final RawConnector connector;
    private final Http1Pool http1;
    private final Http2Pool http2;

    SameProtocolPool(RawConnector connector, Worker worker, Http2Counters counters) {
        this.connector = connector;
        this.http1 = new Http1Pool(connector, worker);
        this.http2 = new Http2Pool(connector, worker, counters);
    }

    @Override
    public boolean serves(UpstreamTarget target) {
        return target.sameConnections(connector.target());
    }

    @Override
    public void acquire(ConnectionTicket ticket) {
        if (ticket.version() == HttpVersion.HTTP_2) {
            http2.acquire(ticket);
        } else {
            http1.acquire(ticket);
        }
    }

    @Override
    public void forget(ConnectionTicket ticket) {
        throw new IllegalStateException("no ticket waits here");
    }

    @Override
    public void retire() {
        http1.retire();
        http2.retire();
    }
}
