package io.heddle.proxy.upstream.pool;

import io.heddle.proxy.loop.Deadline;
import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.upstream.connect.RawConnector;
import io.heddle.proxy.upstream.connect.UpstreamFailure;
import io.heddle.proxy.upstream.connect.UpstreamTarget;
import io.heddle.traffic.resilience.ConnectionCounts.Figure;
import io.heddle.traffic.runtime.ConnectionLimits;
import io.heddle.traffic.runtime.Http1Options;
import io.heddle.traffic.runtime.ResponseLimits;
import io.netty.channel.Channel;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// A pool of HTTP/1.1 connections: a request has its connection alone. The one used last is taken first, so that the
/// others can grow old and be closed.
///
/// A request that finds no idle connection waits, and a connection is opened for it if the cluster's breaker allows
/// one more. If not, it waits for one that becomes free, as in Envoy; only a full queue is an overflow. A pool
/// without any connection opens one whatever the breaker says: else its queue would wait for nothing.
final class Http1Pool implements ConnectionPool {
    private final RawConnector connector;
    private final Worker worker;
    private final ConnectionLimits limits;
    private final ArrayDeque<Http1Connection> idle = new ArrayDeque<>();
    private final ArrayDeque<ConnectionTicket> waiting = new ArrayDeque<>();
    private final Deadline next = new Deadline(this::closeOld);
    private long nextAt = Long.MAX_VALUE;
    private int connecting;
    private int established;
    private boolean retired;

    Http1Pool(RawConnector connector, Worker worker) {
        this.connector = connector;
        this.worker = worker;
        this.limits = connector.target().limits();
    }

    @Override
    public boolean serves(UpstreamTarget target) {
        return target.sameConnections(connector.target());
    }

    /// How HTTP/1.1 is spoken.
    Http1Options http1() {
        return connector.target().http1();
    }

    /// How much of an answer is taken.
    ResponseLimits answers() {
        return connector.target().answers();
    }

    UpstreamTarget target() {
        return connector.target();
    }

    boolean mutualTls() {
        return connector.target().tls().isPresent();
    }

    @Override
    public void acquire(ConnectionTicket ticket) {
        var free = free();
        if (free != null) {
            free.serve(ticket.listener());
            openAhead();
            return;
        }
        if (!ticket.mayWait(this, connector.target().breaker())) {
            ticket.listener().failed(UpstreamFailure.OVERFLOW);
            return;
        }
        waiting.addLast(ticket);
        count(Figure.PENDING_TOTAL);
        open();
        openAhead();
    }

    /// Opens a connection ahead of need, if there are fewer than the cluster wants for its requests and one more is
    /// allowed.
    private void openAhead() {
        double ahead = connector.target().cluster().opening().ahead();
        int all = connecting + established;
        int asked = established - idle.size() + waiting.size();
        if (ahead > 1.0 && !retired && all < Math.ceil(asked * ahead)) {
            if (connector.target().tryConnect()) {
                begin();
            }
        }
    }

    @Override
    public void expect() {
        if (!retired
                && idle.isEmpty()
                && connecting <= waiting.size()
                && connector.target().tryConnect()) {
            begin();
        }
    }

    void count(Figure figure) {
        connector.target().load().connections().count(figure);
    }

    private @Nullable Http1Connection free() {
        var free = idle.pollFirst();
        while (free != null && isUsedUp(free)) {
            closeUsedUp(free);
            free = idle.pollFirst();
        }
        return free;
    }

    private boolean isUsedUp(Http1Connection connection) {
        boolean asked = limits.requests() > 0 && connection.served() >= limits.requests();
        long duration = limits.duration().toNanos();
        return asked || (duration > 0 && worker.now() - connection.openedAt() >= duration);
    }

    private void closeUsedUp(Http1Connection connection) {
        boolean asked = limits.requests() > 0 && connection.served() >= limits.requests();
        count(asked ? Figure.MAX_REQUESTS : Figure.MAX_DURATION);
        connection.close();
    }

    /// Opens a connection for whoever waits without one on its way, if one more is allowed.
    private void open() {
        if (waiting.size() <= connecting) {
            return;
        }
        var target = connector.target();
        if (connecting + established == 0) {
            target.connectAnyway();
        } else if (!target.tryConnect()) {
            return;
        }
        begin();
    }

    /// Begins a connection that is counted in the breaker already.
    private void begin() {
        connecting++;
        var connection = new Http1Connection(this, worker);
        connector.connectCounted(connection, false, new RawConnector.Outcome() {
            @Override
            public void connected(Channel channel) {
                connecting--;
                if (!connection.isOpen()) {
                    connectFailed(UpstreamFailure.CONNECT_FAILED);
                    return;
                }
                stands(connection);
            }

            @Override
            public void failed(UpstreamFailure failure) {
                connecting--;
                connectFailed(failure);
            }
        });
    }

    private void stands(Http1Connection connection) {
        established++;
        count(Figure.HTTP1_TOTAL);
        connection.established(worker.now());
        released(connection);
    }

    /// Takes on a connection that stands, on which nothing was said yet.
    void adopt(Channel channel) {
        var connection = new Http1Connection(this, worker);
        channel.pipeline().addLast(connection);
        stands(connection);
    }

    /// One waits for every connection that failed, but for those opened ahead; without any connection nobody has
    /// anything to wait for.
    private void connectFailed(UpstreamFailure failure) {
        int stranded = waiting.size() > connecting ? 1 : 0;
        int all = connecting + established == 0 ? waiting.size() : stranded;
        for (int i = 0; i < all && !waiting.isEmpty(); i++) {
            count(Figure.PENDING_FAILURE);
            first().failed(failure);
        }
        open();
    }

    @Override
    public void forget(ConnectionTicket ticket) {
        if (waiting.removeFirstOccurrence(ticket)) {
            ticket.left();
            connector.target().cancelled();
        }
    }

    private UpstreamListener first() {
        var first = waiting.removeFirst();
        first.left();
        connector.target().waited();
        return first.listener();
    }

    /// The connection has nothing to do: new, or done with its request.
    void released(Http1Connection connection) {
        if (!connection.isOpen()) {
            return;
        }
        if (isUsedUp(connection)) {
            closeUsedUp(connection);
        } else if (!waiting.isEmpty()) {
            connection.serve(first());
        } else if (retired) {
            connection.close();
        } else {
            connection.idleSince(worker.now());
            idle.addFirst(connection);
            wake(due(connection));
        }
    }

    /// A connection ends with a request on it; by the host unless `here`.
    void endedActive(boolean here) {
        connector.target().load().connections().endedActive(here);
    }

    /// The connection has ended: its place may be another's.
    void closed(Http1Connection connection) {
        idle.remove(connection);
        if (connection.isEstablished()) {
            established--;
            open();
        }
    }

    @Override
    public void retire() {
        retired = true;
        worker.deadlines().remove(next);
        while (!idle.isEmpty()) {
            idle.removeFirst().close();
        }
    }

    /// When an idle connection is to be closed.
    private long due(Http1Connection connection) {
        long rested = limits.idle().isZero()
                ? Long.MAX_VALUE
                : connection.idleSince() + limits.idle().toNanos();
        long aged = limits.duration().isZero()
                ? Long.MAX_VALUE
                : connection.openedAt() + limits.duration().toNanos();
        return Math.min(rested, aged);
    }

    private void wake(long at) {
        if (at < nextAt) {
            nextAt = at;
            worker.deadlines().set(next, at);
        }
    }

    private void closeOld() {
        long now = worker.tick();
        nextAt = Long.MAX_VALUE;
        for (var connection : idle.toArray(new Http1Connection[0])) {
            long at = due(connection);
            if (at <= now) {
                count(isUsedUp(connection) ? Figure.MAX_DURATION : Figure.IDLE_TIMEOUT);
                connection.close();
            } else {
                wake(at);
            }
        }
    }
}
