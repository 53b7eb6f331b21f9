package io.heddle.proxy.grpc;

import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.HttpResponseHead;
import io.heddle.proxy.http.HttpVersion;
import io.heddle.proxy.http.Octets;
import io.heddle.proxy.http.OutgoingRequest;
import io.heddle.proxy.http2.Http2Error;
import io.heddle.proxy.loop.Deadline;
import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.upstream.UpstreamCluster;
import io.heddle.proxy.upstream.Upstreams;
import io.heddle.proxy.upstream.connect.UpstreamFailure;
import io.heddle.proxy.upstream.pool.ConnectionTicket;
import io.heddle.proxy.upstream.pool.UpstreamListener;
import io.heddle.proxy.upstream.pool.UpstreamStream;
import io.heddle.traffic.balance.PickRequest;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.grpc.GrpcFigures;
import io.heddle.traffic.layer.RuntimeSnapshot;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.Span;
import io.heddle.traffic.resilience.CircuitBreaker.Resource;
import io.heddle.traffic.resilience.health.GrpcVerdict;
import io.heddle.traffic.resilience.health.OutlierMonitor;
import io.heddle.traffic.route.Rewrite;
import io.heddle.traffic.runtime.Cluster;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One call: messages out, messages in, a status at the end. Confined to its event loop.
///
/// Back-pressure works both ways. What is sent while the server takes none waits here; who sends much asks
/// [#isWritable]. What comes while nobody has asked for it ([#request]) is left in the stream's window, so the
/// server must wait too, but for one piece of what was read already.
///
/// Compression is not offered, and a compressed message ends the call. A call is tried once: whoever makes it
/// knows whether it may be repeated.
public final class GrpcCall {
    private static final HeaderName CONTENT_TYPE = HeaderName.of("content-type");
    private static final String GRPC = "application/grpc";
    private static final int PREFIX = 5;

    private final Worker worker;
    private final GrpcRequest request;
    private final GrpcListener listener;
    private final GrpcFigures figures;
    private final MessageReader reader;
    private final Answer answer = new Answer();
    private final ConnectionTicket ticket = new ConnectionTicket(answer);
    private final Deadline deadline = new Deadline(this::late);
    private final ArrayDeque<ByteBuf> unsent = new ArrayDeque<>();
    private @Nullable UpstreamCluster cluster;
    private @Nullable Host host;
    private @Nullable UpstreamStream stream;
    private @Nullable ByteBuf unread;
    private @Nullable GrpcStatus ended;
    private @Nullable GrpcStatus reason;
    private int wanted;
    private int httpStatus;
    private boolean halfClosed;
    private boolean delivering;
    private boolean over;
    private boolean counted;

    GrpcCall(Worker worker, GrpcRequest request, GrpcListener listener, GrpcFigures figures) {
        this.worker = worker;
        this.request = request;
        this.listener = listener;
        this.figures = figures;
        this.reader = new MessageReader(request.service().largestMessage());
    }

    void start(Upstreams upstreams) {
        var name = request.service().cluster();
        var found = upstreams.cluster(name);
        if (found.isEmpty()) {
            fail(GrpcCode.UNAVAILABLE, "there is no cluster " + name);
            return;
        }
        if (found.get().cluster().protocol() == Cluster.Protocol.HTTP1) {
            fail(GrpcCode.INTERNAL, "cluster " + name + " speaks HTTP/1.1, and gRPC needs HTTP/2");
            return;
        }
        if (!found.get().breaker().tryAcquire(Resource.REQUESTS)) {
            fail(GrpcCode.UNAVAILABLE, UpstreamFailure.OVERFLOW.reason());
            return;
        }
        var chosen = found.get();
        cluster = chosen;
        counted = true;
        var picked = chosen.pick(new Choice(worker));
        if (picked.isEmpty()) {
            fail(GrpcCode.UNAVAILABLE, "no healthy upstream in cluster " + name);
            return;
        }
        var target = picked.get();
        host = target;
        target.state().begin();
        if (!request.timeout().isZero()) {
            worker.deadlines().set(deadline, worker.now() + request.timeout().toNanos());
        }
        ticket.asks(HttpVersion.HTTP_2, false);
        upstreams.connect(worker, chosen, target, ticket);
    }

    /// Goes to this host and no other, and counts nowhere.
    void startAt(Upstreams upstreams, UpstreamCluster chosen, Host target) {
        host = target;
        ticket.asks(HttpVersion.HTTP_2, false);
        upstreams.connect(worker, chosen, target, ticket);
    }

    /// What the balancer is told.
    private record Choice(Worker worker) implements PickRequest {
        @Override
        public long chance() {
            return worker.chance();
        }

        @Override
        public RuntimeSnapshot runtime() {
            return worker.runtime();
        }

        @Override
        public long now() {
            return worker.now();
        }

        @Override
        public boolean tried(Host host) {
            return false;
        }
    }

    /// Sends a message, or keeps it until it can be sent. Without effect when the call is over.
    public void send(byte[] message) {
        if (over) {
            return;
        }
        if (halfClosed) {
            throw new IllegalStateException("nothing can be sent after the end was");
        }
        var framed = Unpooled.buffer(PREFIX + message.length);
        framed.writeByte(0).writeInt(message.length).writeBytes(message);
        unsent.addLast(framed);
        figures.asked(1);
        sendMore();
    }

    /// Whether what is sent now would go out at once; if not, [GrpcListener#writable] tells when.
    public boolean isWritable() {
        return !over && stream != null && unsent.isEmpty() && stream.isWritable();
    }

    /// Says that no more messages will be sent.
    public void halfClose() {
        if (!over && !halfClosed) {
            halfClosed = true;
            sendMore();
        }
    }

    /// Asks for `more` messages.
    public void request(int more) {
        wanted = Math.addExact(wanted, more);
        deliver();
    }

    /// Gives the call up: the listener hears nothing more.
    public void cancel() {
        if (!over) {
            figures.ended(GrpcCode.CANCELLED.number());
            letGo(true);
        }
    }

    private void sendMore() {
        var current = stream;
        if (current == null) {
            return;
        }
        while (!unsent.isEmpty() && current.isWritable()) {
            current.body(unsent.removeFirst());
        }
        if (unsent.isEmpty() && halfClosed && answer.open) {
            answer.open = false;
            current.end(HeaderLines.EMPTY);
        }
        current.flush();
    }

    /// Hands over what was asked for and has come, and lets more come only when that is all.
    private void deliver() {
        if (delivering || over) {
            return;
        }
        delivering = true;
        try {
            while (!over && wanted > 0 && unread != null) {
                readOne(unread);
            }
        } finally {
            delivering = false;
        }
        if (over) {
            return;
        }
        if (unread == null && ended != null) {
            close(reader.isWithin() ? new GrpcStatus(GrpcCode.INTERNAL, "the answer ends within a message") : ended);
            return;
        }
        if (stream != null) {
            stream.read(wanted > 0);
        }
    }

    private void readOne(ByteBuf piece) {
        switch (reader.read(piece)) {
            case MORE -> {
                piece.release();
                unread = null;
            }
            case MESSAGE -> {
                wanted--;
                figures.answered(1);
                if (!piece.isReadable()) {
                    piece.release();
                    unread = null;
                }
                listener.message(reader.take());
            }
            case TOO_LARGE ->
                fail(
                        GrpcCode.RESOURCE_EXHAUSTED,
                        "a message is larger than " + request.service().largestMessage() + " bytes");
            case COMPRESSED -> fail(GrpcCode.INTERNAL, "a message is compressed, which was not offered");
            case MALFORMED -> fail(GrpcCode.INTERNAL, "what came is no message of gRPC");
        }
    }

    /// Who hears of what the host does; that no connection could be made is known already.
    private Optional<OutlierMonitor> outliers() {
        return cluster == null || host == null ? Optional.empty() : cluster.monitor(host);
    }

    private void late() {
        if (stream != null && httpStatus == 0) {
            outliers().ifPresent(outliers -> outliers.timedOut(worker.now()));
        }
        fail(GrpcCode.DEADLINE_EXCEEDED, "no answer within " + request.timeout());
    }

    private void fail(GrpcCode code, String message) {
        if (!over) {
            close(new GrpcStatus(code, message));
        }
    }

    private void close(GrpcStatus status) {
        figures.ended(status.code().number());
        letGo(ended == null);
        listener.closed(status);
    }

    private void letGo(boolean resets) {
        over = true;
        worker.deadlines().remove(deadline);
        var current = stream;
        stream = null;
        if (current != null && resets) {
            current.cancel();
        } else if (host != null) {
            ticket.cancel();
        }
        if (host != null && counted) {
            host.state().end();
        }
        if (cluster != null) {
            cluster.breaker().release(Resource.REQUESTS);
        }
        unsent.forEach(ByteBuf::release);
        unsent.clear();
        if (unread != null) {
            unread.release();
            unread = null;
        }
    }

    /// What comes of the stream.
    private final class Answer implements UpstreamListener {
        /// Whether the server has not been told that no more comes.
        private boolean open = true;

        @Override
        public void ready(UpstreamStream fresh) {
            if (over) {
                fresh.cancel();
                return;
            }
            stream = fresh;
            outliers().ifPresent(outliers -> outliers.connected(false, worker.now()));
            var head = RequestHeads.write(request, fresh.mutualTls());
            var lines = worker.editedLines().received(head.lines(), 0);
            fresh.send(new OutgoingRequest(head, Rewrite.NONE, request.service().authority(), lines, "", false));
            fresh.read(wanted > 0);
            listener.opened();
            if (!over) {
                sendMore();
            }
        }

        @Override
        public void head(HttpResponseHead head, boolean complete) {
            httpStatus = head.status();
            var status = StatusReader.read(head.lines());
            int number = StatusReader.number(head.lines());
            int verdict = number < 0 ? httpStatus : GrpcVerdict.httpStatus(number);
            outliers().ifPresent(outliers -> outliers.answered(verdict, worker.now()));
            if (complete) {
                ended = status.orElseGet(() -> StatusReader.ofHttp(head.status()));
            } else if (head.status() == 200 && !isGrpc(head.lines())) {
                fail(GrpcCode.UNKNOWN, "the answer is not of gRPC: its content-type is another");
            } else if (head.status() != 200) {
                fail(StatusReader.ofHttp(head.status()).code(), "HTTP status " + head.status());
            }
        }

        private static boolean isGrpc(HeaderLines lines) {
            for (int i = 0; i < lines.count(); i++) {
                long name = lines.name(i);
                if (CONTENT_TYPE.matches(lines.bytes(), Span.start(name), Span.end(name))) {
                    long value = lines.value(i);
                    return Octets.startsWithIgnoreCase(lines.bytes(), Span.start(value), Span.end(value), GRPC);
                }
            }
            return false;
        }

        @Override
        public void body(ByteBuf piece) {
            if (over) {
                piece.release();
                return;
            }
            unread = unread == null ? piece : Unpooled.wrappedBuffer(unread, piece);
            deliver();
        }

        @Override
        public void end(HeaderLines trailers) {
            if (over) {
                return;
            }
            if (ended == null) {
                ended = StatusReader.read(trailers).orElseGet(() -> StatusReader.ofHttp(httpStatus));
            }
            stream = null;
            deliver();
        }

        @Override
        public void reset(Http2Error error) {
            reason = StatusReader.ofReset(error);
        }

        @Override
        public void unreachable(Throwable cause) {
            reason = StatusReader.ofCause(cause);
        }

        @Override
        public void failed(UpstreamFailure failure) {
            if (over) {
                return;
            }
            if (stream != null) {
                outliers().ifPresent(outliers -> outliers.failed(worker.now()));
            }
            stream = null;
            var told = reason;
            close(told == null ? StatusReader.ofFailure(failure) : told);
        }

        @Override
        public void interim(HttpResponseHead head) {
            // gRPC knows none.
        }

        @Override
        public void readComplete() {
            // What is written is sent at once.
        }

        @Override
        public void writable() {
            if (!over) {
                sendMore();
                if (isWritable()) {
                    listener.writable();
                }
            }
        }
    }
}
