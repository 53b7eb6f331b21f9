package io.heddle.proxy.upstream.pool;

import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.upstream.connect.RawConnector;
import io.heddle.proxy.upstream.connect.UpstreamFailure;
import io.heddle.proxy.upstream.connect.UpstreamTarget;
import io.netty.channel.Channel;

/// Makes connections for the bytes of CONNECT requests that end here: one for each, used once.
// A failed write or close shows as the end of its channel, which is handled.
@SuppressWarnings("FutureReturnValueIgnored")
public final class TcpPool implements ConnectionPool {
    private final RawConnector connector;
    private final Worker worker;

    /// Connects by `connector` on the loop of `worker`.
    public TcpPool(RawConnector connector, Worker worker) {
        this.connector = connector;
        this.worker = worker;
    }

    @Override
    public boolean serves(UpstreamTarget target) {
        return target.sameConnections(connector.target());
    }

    @Override
    public void acquire(ConnectionTicket ticket) {
        ticket.waitsIn(this);
        var stream = new TcpStream(worker, ticket.listener(), connector.target());
        connector.connect(stream, true, new RawConnector.Outcome() {
            @Override
            public void connected(Channel channel) {
                if (!ticket.waits(TcpPool.this)) {
                    channel.close();
                    return;
                }
                ticket.left();
                ticket.listener().ready(stream);
            }

            @Override
            public void failed(UpstreamFailure failure) {
                if (ticket.waits(TcpPool.this)) {
                    ticket.left();
                    ticket.listener().failed(failure);
                }
            }
        });
    }

    @Override
    public void forget(ConnectionTicket ticket) {
        ticket.left();
    }

    @Override
    public void retire() {
        // It holds no connection.
    }
}
