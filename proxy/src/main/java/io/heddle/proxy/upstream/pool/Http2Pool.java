package io.heddle.proxy.upstream.pool;

import io.heddle.proxy.http2.Http2Counters;
import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.upstream.connect.RawConnector;
import io.heddle.proxy.upstream.connect.UpstreamFailure;
import io.heddle.proxy.upstream.connect.UpstreamTarget;
import io.heddle.traffic.resilience.ConnectionCounts.Figure;
import io.netty.channel.Channel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// A pool of HTTP/2 connections: one, until it has as many requests as the host allows; then another, if the
/// cluster's breaker allows one more. Else a request waits until another one has ended.
final class Http2Pool implements ConnectionPool {
    /// How many requests are expected to find room on a connection that is on its way.
    private static final int EXPECTED_ROOM = 100;

    private final RawConnector connector;
    private final Worker worker;
    private final Http2Counters counters;
    private final List<Http2HostConnection> connections = new ArrayList<>(2);
    private final ArrayDeque<ConnectionTicket> waiting = new ArrayDeque<>();
    private int connecting;
    private int established;
    private boolean retired;

    Http2Pool(RawConnector connector, Worker worker, Http2Counters counters) {
        this.connector = connector;
        this.worker = worker;
        this.counters = counters;
    }

    UpstreamTarget target() {
        return connector.target();
    }

    Http2Counters counters() {
        return counters;
    }

    @Override
    public boolean serves(UpstreamTarget target) {
        return target.sameConnections(connector.target());
    }

    @Override
    public void acquire(ConnectionTicket ticket) {
        for (int i = 0; i < connections.size(); i++) {
            var connection = connections.get(i);
            if (connection.hasRoom(ticket)) {
                serve(connection, ticket);
                return;
            }
        }
        if (!ticket.mayWait(this, target().breaker())) {
            ticket.listener().failed(UpstreamFailure.OVERFLOW);
            return;
        }
        waiting.addLast(ticket);
        count(Figure.PENDING_TOTAL);
        if (!ticket.changes() || !isSettling()) {
            open();
        }
    }

    private void serve(Http2HostConnection connection, ConnectionTicket ticket) {
        if (!connection.can(ticket)) {
            ticket.listener().failed(UpstreamFailure.STREAM_RESET);
            return;
        }
        connection.serve(ticket.listener());
        var limits = target().limits();
        if (limits.requests() > 0 && connection.served() >= limits.requests()) {
            connections.remove(connection);
            count(Figure.MAX_REQUESTS);
            connection.retire();
        }
    }

    void count(Figure figure) {
        target().load().connections().count(figure);
    }

    private void open() {
        if (waiting.size() <= connecting * EXPECTED_ROOM) {
            return;
        }
        if (connecting + established == 0) {
            target().connectAnyway();
        } else if (!target().tryConnect()) {
            return;
        }
        begin();
    }

    @Override
    public void expect() {
        boolean none = connections.isEmpty() && connecting == 0;
        if (none && !retired && target().tryConnect()) {
            begin();
        }
    }

    /// Begins a connection that is counted in the breaker already.
    private void begin() {
        connecting++;
        connector.connectCounted(new Unspoken(), false, new RawConnector.Outcome() {
            @Override
            public void connected(Channel channel) {
                connecting--;
                if (channel.isActive()) {
                    adopt(channel);
                } else {
                    connectFailed(UpstreamFailure.CONNECT_FAILED);
                }
            }

            @Override
            public void failed(UpstreamFailure failure) {
                connecting--;
                connectFailed(failure);
            }
        });
    }

    /// Takes on a connection that stands, on which nothing was said yet.
    void adopt(Channel channel) {
        var connection = new Http2HostConnection(this, worker);
        channel.pipeline().addLast(connection);
        established++;
        count(Figure.HTTP2_TOTAL);
        connections.add(connection);
        roomMade(connection);
        if (retired) {
            connection.retire();
        }
    }

    private void connectFailed(UpstreamFailure failure) {
        boolean none = connecting + established == 0;
        int all = none ? waiting.size() : Math.min(1, waiting.size());
        for (int i = 0; i < all && !waiting.isEmpty(); i++) {
            count(Figure.PENDING_FAILURE);
            var listener = first().listener();
            listener.unreachable(connector.lastFailure());
            listener.failed(failure);
        }
        open();
    }

    private ConnectionTicket first() {
        var first = waiting.removeFirst();
        first.left();
        target().waited();
        return first;
    }

    @Override
    public void forget(ConnectionTicket ticket) {
        if (waiting.removeFirstOccurrence(ticket)) {
            ticket.left();
            target().cancelled();
        }
    }

    /// A connection may take requests that wait.
    void roomMade(Http2HostConnection connection) {
        while (!waiting.isEmpty() && connections.contains(connection) && connection.hasRoom(waiting.getFirst())) {
            serve(connection, first());
        }
        if (!waiting.isEmpty() && !isSettling()) {
            open();
        }
    }

    /// Whether a connection is there whose host has not said yet what it can.
    private boolean isSettling() {
        for (int i = 0; i < connections.size(); i++) {
            if (!connections.get(i).isSettled()) {
                return true;
            }
        }
        return false;
    }

    /// A connection takes no more requests.
    void left(Http2HostConnection connection) {
        connections.remove(connection);
        open();
    }

    /// A connection has ended.
    void closed(Http2HostConnection connection) {
        connections.remove(connection);
        established--;
        open();
    }

    @Override
    public void retire() {
        retired = true;
        for (var connection : List.copyOf(connections)) {
            connection.retire();
        }
        connections.clear();
    }
}
