package io.heddle.proxy.upstream;

import io.heddle.proxy.loop.Deadline;
import io.heddle.proxy.loop.Worker;
import io.heddle.traffic.resilience.CircuitBreaker;
import io.netty.channel.Channel;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// A pool of HTTP/1.1 connections: a request has its connection alone. The one used last is taken first, so that the
/// others can grow old and be closed.
// A failed write or close shows as the end of its channel, which is handled.
@SuppressWarnings("FutureReturnValueIgnored")
final class Http1Pool implements ConnectionPool {
    private static final long IDLE_NANOS = 60_000_000_000L;

    private final RawConnector connector;
    private final Worker worker;
    private final ArrayDeque<Http1Connection> idle = new ArrayDeque<>();
    private final ArrayDeque<ConnectionTicket> waiting = new ArrayDeque<>();
    private final Deadline oldest = new Deadline(this::closeOld);
    private boolean retired;

    Http1Pool(RawConnector connector, Worker worker) {
        this.connector = connector;
        this.worker = worker;
    }

    @Override
    public boolean serves(UpstreamTarget target) {
        return target.sameConnections(connector.target());
    }

    boolean mutualTls() {
        return connector.target().tls().isPresent();
    }

    @Override
    public void acquire(ConnectionTicket ticket) {
        var free = idle.pollFirst();
        if (free != null) {
            free.serve(ticket.listener());
            return;
        }
        if (!connector.target().breaker().tryAcquire(CircuitBreaker.Resource.PENDING)) {
            ticket.listener().failed(UpstreamFailure.OVERFLOW);
            return;
        }
        ticket.waitsIn(this);
        waiting.addLast(ticket);
        var connection = new Http1Connection(this, worker);
        connector.connect(connection, false, new RawConnector.Outcome() {
            @Override
            public void connected(Channel channel) {
                if (connection.isOpen()) {
                    released(connection);
                } else {
                    failed(UpstreamFailure.CONNECT_FAILED);
                }
            }

            @Override
            public void failed(UpstreamFailure failure) {
                var first = next();
                if (first != null) {
                    first.failed(failure);
                }
            }
        });
    }

    @Override
    public void forget(ConnectionTicket ticket) {
        if (waiting.removeFirstOccurrence(ticket)) {
            ticket.left();
            connector.target().breaker().release(CircuitBreaker.Resource.PENDING);
        }
    }

    private @Nullable UpstreamListener next() {
        var first = waiting.pollFirst();
        if (first == null) {
            return null;
        }
        first.left();
        connector.target().breaker().release(CircuitBreaker.Resource.PENDING);
        return first.listener();
    }

    /// The connection has nothing to do: new, or done with its request.
    void released(Http1Connection connection) {
        if (!connection.isOpen()) {
            return;
        }
        var first = next();
        if (first != null) {
            connection.serve(first);
        } else if (retired) {
            connection.close();
        } else {
            connection.idleSince(worker.now());
            idle.addFirst(connection);
            if (!oldest.isSet()) {
                worker.deadlines().set(oldest, worker.now() + IDLE_NANOS);
            }
        }
    }

    void closed(Http1Connection connection) {
        idle.remove(connection);
    }

    @Override
    public void retire() {
        retired = true;
        worker.deadlines().remove(oldest);
        while (!idle.isEmpty()) {
            idle.removeFirst().close();
        }
    }

    private void closeOld() {
        long limit = worker.tick() - IDLE_NANOS;
        while (!idle.isEmpty() && idle.peekLast().idleSince() <= limit) {
            idle.removeLast().close();
        }
        if (!idle.isEmpty()) {
            worker.deadlines().set(oldest, idle.peekLast().idleSince() + IDLE_NANOS);
        }
    }
}
