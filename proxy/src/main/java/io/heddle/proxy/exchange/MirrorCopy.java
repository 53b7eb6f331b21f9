package io.heddle.proxy.exchange;

import io.heddle.proxy.http.HttpResponseHead;
import io.heddle.proxy.loop.Deadline;
import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.upstream.ConnectionTicket;
import io.heddle.proxy.upstream.UpstreamCluster;
import io.heddle.proxy.upstream.UpstreamFailure;
import io.heddle.proxy.upstream.UpstreamListener;
import io.heddle.proxy.upstream.UpstreamStream;
import io.heddle.traffic.balance.Host;
import io.heddle.traffic.resilience.CircuitBreaker.Resource;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// One copy of a request on its way to a mirror. Its answer is thrown away, and nothing that becomes of it is felt by
/// the request: a mirror that takes a body too slowly loses its copy.
final class MirrorCopy implements UpstreamListener {
    private final Worker worker;
    private final ProxyServices services;
    private final UpstreamCluster cluster;
    private final Host host;
    private final Heads heads;
    private final ReplayBuffer backlog = new ReplayBuffer();
    private final ConnectionTicket ticket = new ConnectionTicket(this);
    private final Deadline deadline = new Deadline(this::cancel);
    private @Nullable UpstreamStream stream;
    private boolean requestEnded;
    private boolean over;

    /// The head to send, made while the request's own bytes are there.
    ///
    /// @param first for a connection's first request, with `x-heddle-peer`
    /// @param later for the requests after it, or without mTLS
    /// @param head whether the method is HEAD
    record Heads(ByteBuf first, ByteBuf later, boolean head) {
        void release() {
            first.release();
            later.release();
        }
    }

    /// The caller has acquired a request of `cluster`'s breaker for it.
    MirrorCopy(Worker worker, ProxyServices services, UpstreamCluster cluster, Host host, Heads heads) {
        this.worker = worker;
        this.services = services;
        this.cluster = cluster;
        this.host = host;
        this.heads = heads;
    }

    /// Sends it; given up when it is not answered within `nanos`.
    void start(long nanos, boolean complete) {
        requestEnded = complete;
        host.state().begin();
        worker.deadlines().set(deadline, worker.now() + nanos);
        services.upstreams().connect(worker, cluster, host, ticket);
    }

    @Override
    public void ready(UpstreamStream connection) {
        stream = connection;
        boolean announces = connection.mutualTls() && !connection.reused();
        var bytes = announces ? heads.first() : heads.later();
        connection.send(bytes.retain(), heads.head(), false);
        drain(connection);
        connection.flush();
    }

    /// Takes a piece of the body, which stays the caller's.
    void copy(ByteBuf piece) {
        if (over) {
            return;
        }
        if (stream != null && backlog.isEmpty() && stream.isWritable()) {
            stream.body(piece.retainedDuplicate());
            stream.flush();
            return;
        }
        backlog.keep(piece, true);
        if (backlog.isFull()) {
            cancel();
        }
    }

    void requestEnded() {
        requestEnded = true;
        if (stream != null && backlog.isEmpty()) {
            stream.end();
        }
    }

    private void drain(UpstreamStream connection) {
        backlog.replay(connection);
        backlog.clear();
        if (requestEnded) {
            connection.end();
        }
    }

    @Override
    public void writable() {
        if (stream != null && !backlog.isEmpty()) {
            drain(stream);
            stream.flush();
        }
    }

    /// Gives it up.
    void cancel() {
        if (over) {
            return;
        }
        if (stream == null) {
            ticket.cancel();
        } else {
            stream.cancel();
        }
        finish();
    }

    private void finish() {
        over = true;
        stream = null;
        worker.deadlines().remove(deadline);
        host.state().end();
        cluster.breaker().release(Resource.REQUESTS);
        backlog.clear();
        heads.release();
    }

    @Override
    public void failed(UpstreamFailure failure) {
        if (!over) {
            finish();
        }
    }

    @Override
    public void end() {
        if (!over) {
            finish();
        }
    }

    @Override
    public void body(ByteBuf piece) {
        piece.release();
    }

    @Override
    public void interim(HttpResponseHead head) {
        // Nobody waits for it.
    }

    @Override
    public void head(HttpResponseHead head, UpstreamStream answering) {
        // Nobody asks how the mirror answered.
    }

    @Override
    public void readComplete() {
        // Nothing is written in answer.
    }
}
