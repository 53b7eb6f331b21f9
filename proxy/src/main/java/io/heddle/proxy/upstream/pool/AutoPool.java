package io.heddle.proxy.upstream.pool;

import io.heddle.proxy.http2.Http2Counters;
import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.upstream.connect.RawConnector;
import io.heddle.proxy.upstream.connect.UpstreamFailure;
import io.heddle.proxy.upstream.connect.UpstreamTarget;
import io.heddle.traffic.resilience.ConnectionCounts.Figure;
import io.netty.channel.Channel;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// The pool of a host that says itself what it speaks, by ALPN (Envoy's `auto_config`): the first connection
/// decides, and the pool of that protocol takes over, until a connection says otherwise. Without TLS, or without an
/// answer, it is HTTP/1.1.
final class AutoPool implements ConnectionPool {
    private final RawConnector connector;
    private final Worker worker;
    private final Http2Counters counters;
    private final ArrayDeque<ConnectionTicket> waiting = new ArrayDeque<>();
    private @Nullable ConnectionPool chosen;
    private boolean connecting;
    private boolean retired;

    AutoPool(RawConnector connector, Worker worker, Http2Counters counters) {
        this.connector = connector;
        this.worker = worker;
        this.counters = counters;
    }

    @Override
    public boolean serves(UpstreamTarget target) {
        return target.sameConnections(connector.target());
    }

    @Override
    public void acquire(ConnectionTicket ticket) {
        if (chosen != null) {
            chosen.acquire(ticket);
            return;
        }
        if (!ticket.mayWait(this, connector.target().breaker())) {
            ticket.listener().failed(UpstreamFailure.OVERFLOW);
            return;
        }
        waiting.addLast(ticket);
        connector.target().load().connections().count(Figure.PENDING_TOTAL);
        if (!connecting) {
            connecting = true;
            connector.target().connectAnyway();
            connector.connectCounted(new Unspoken(), false, new Probe());
        }
    }

    @Override
    public void expect() {
        if (chosen != null) {
            chosen.expect();
        } else if (!connecting && !retired && connector.target().tryConnect()) {
            connecting = true;
            connector.connectCounted(new Unspoken(), false, new Probe());
        }
    }

    /// The connection that decides.
    private final class Probe implements RawConnector.Outcome {
        @Override
        public void connected(Channel channel) {
            connecting = false;
            if (!channel.isActive()) {
                failed(UpstreamFailure.CONNECT_FAILED);
                return;
            }
            choose(channel);
        }

        @Override
        public void failed(UpstreamFailure failure) {
            connecting = false;
            for (int i = waiting.size(); i > 0 && !waiting.isEmpty(); i--) {
                connector.target().load().connections().count(Figure.PENDING_FAILURE);
                var listener = first().listener();
                listener.unreachable(connector.lastFailure());
                listener.failed(failure);
            }
        }
    }

    private void choose(Channel channel) {
        boolean speaks = RawConnector.speaksHttp2(channel);
        var expecting = connector.expecting(speaks, this::changed);
        if (speaks) {
            var pool = new Http2Pool(expecting, worker, counters);
            chosen = pool;
            pool.adopt(channel);
        } else {
            var pool = new Http1Pool(expecting, worker);
            chosen = pool;
            pool.adopt(channel);
        }
        for (int i = waiting.size(); i > 0 && !waiting.isEmpty(); i--) {
            acquire(first());
        }
        if (retired) {
            retire();
        }
    }

    /// The host speaks something else now, as a new version of it may: the next connection decides again.
    private void changed() {
        if (chosen != null) {
            chosen.retire();
            chosen = null;
        }
    }

    private ConnectionTicket first() {
        var first = waiting.removeFirst();
        first.left();
        connector.target().waited();
        return first;
    }

    @Override
    public void forget(ConnectionTicket ticket) {
        if (waiting.removeFirstOccurrence(ticket)) {
            ticket.left();
            connector.target().cancelled();
        }
    }

    @Override
    public void retire() {
        retired = true;
        if (chosen != null) {
            chosen.retire();
        }
    }
}
