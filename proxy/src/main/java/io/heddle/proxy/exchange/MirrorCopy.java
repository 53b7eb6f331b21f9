package io.heddle.proxy.exchange;

import io.heddle.proxy.exchange.head.GrpcAnswer;
import io.heddle.proxy.exchange.head.GrpcStatus;
import io.heddle.proxy.exchange.head.HopHeaders;
import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.proxy.http.HttpResponseHead;
import io.heddle.proxy.http.OutgoingRequest;
import io.heddle.proxy.loop.Deadline;
import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.upstream.UpstreamCluster;
import io.heddle.proxy.upstream.connect.UpstreamFailure;
import io.heddle.proxy.upstream.pool.ConnectionTicket;
import io.heddle.proxy.upstream.pool.UpstreamListener;
import io.heddle.proxy.upstream.pool.UpstreamStream;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.request.HeaderEdits;
import io.heddle.traffic.resilience.CircuitBreaker.Resource;
import io.heddle.traffic.resilience.health.GrpcVerdict;
import io.heddle.traffic.route.Rewrite;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// One copy of a request on its way to a mirror. Its answer is thrown away, and nothing that becomes of it is felt by
/// the request: a mirror that takes a body too slowly loses its copy.
final class MirrorCopy implements UpstreamListener {
    private final Worker worker;
    private final ProxyServices services;
    private final UpstreamCluster cluster;
    private final Host host;
    private final Request request;
    private final ReplayBuffer backlog = new ReplayBuffer();
    private final ConnectionTicket ticket = new ConnectionTicket(this);
    private final Deadline deadline = new Deadline(this::cancel);
    private @Nullable UpstreamStream stream;
    private HeaderLines trailers = HeaderLines.EMPTY;
    private boolean requestEnded;
    private boolean over;

    /// What is sent, kept for when a stream is there: the request's own bytes may be gone by then.
    ///
    /// @param head a copy of its head
    /// @param edits what the route and the filters change in it
    /// @param rewrite how host and path change
    /// @param headers makes the lines that go upstream
    record Request(HttpRequestHead head, HeaderEdits edits, Rewrite rewrite, HopHeaders headers) {}

    /// The caller has acquired a request of `cluster`'s breaker for it.
    MirrorCopy(Worker worker, ProxyServices services, UpstreamCluster cluster, Host host, Request request) {
        this.worker = worker;
        this.services = services;
        this.cluster = cluster;
        this.host = host;
        this.request = request;
    }

    /// Sends it; given up when it is not answered within `nanos`.
    void start(long nanos, boolean complete) {
        requestEnded = complete;
        host.state().begin();
        worker.deadlines().set(deadline, worker.now() + nanos);
        ticket.asks(request.head().version(), false);
        services.upstreams().connect(worker, cluster, host, ticket);
    }

    @Override
    public void ready(UpstreamStream connection) {
        stream = connection;
        Verdicts.reached(cluster, host, worker.now());
        var announcement = connection.mutualTls() && !connection.reused() ? services.ownPeer() : "";
        var lines = request.headers().lines(request.head(), request.edits(), announcement);
        var authority = host.endpoint().key();
        boolean complete = requestEnded && backlog.isEmpty() && trailers.count() == 0;
        connection.send(new OutgoingRequest(request.head(), request.rewrite(), authority, lines, "", complete));
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

    void requestEnded(HeaderLines following) {
        requestEnded = true;
        trailers = following;
        if (stream != null && backlog.isEmpty()) {
            stream.end(following);
            stream.flush();
        }
    }

    private void drain(UpstreamStream connection) {
        backlog.replay(connection);
        backlog.clear();
        if (requestEnded) {
            connection.end(trailers);
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
    }

    @Override
    public void failed(UpstreamFailure failure) {
        if (!over) {
            Verdicts.failed(cluster, host, failure, worker.now());
            finish();
        }
    }

    @Override
    public void end(HeaderLines following) {
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
    public void head(HttpResponseHead head, boolean complete) {
        // Nobody asks how the mirror answered, but for outlier detection.
        int grpc = GrpcAnswer.isSent(request.head(), request.edits()) ? GrpcStatus.of(head.lines()) : -1;
        int status = grpc < 0 ? head.status() : GrpcVerdict.httpStatus(grpc);
        Verdicts.answered(cluster, host, status, worker.now());
    }

    @Override
    public void readComplete() {
        // Nothing is written in answer.
    }
}
