package io.heddle.proxy.upstream.pool;

import io.heddle.proxy.http2.ChannelTransport;
import io.heddle.proxy.http2.Flood;
import io.heddle.proxy.http2.Http2Connection;
import io.heddle.proxy.http2.Http2Error;
import io.heddle.proxy.http2.Http2HeadLimits;
import io.heddle.proxy.http2.Http2Owner;
import io.heddle.proxy.http2.Http2Stream;
import io.heddle.proxy.http2.Http2StreamListener;
import io.heddle.proxy.loop.BrokenConnection;
import io.heddle.proxy.loop.Deadline;
import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.observe.ConnectionFacts;
import io.heddle.proxy.upstream.connect.ConnectionEnd;
import io.heddle.proxy.upstream.connect.HostFacts;
import io.heddle.traffic.resilience.ConnectionCounts.Figure;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One HTTP/2 connection to a host, with as many requests at a time as the host allows. Confined to its loop.
// A failed write or close shows as the end of its channel, which is handled.
@SuppressWarnings("FutureReturnValueIgnored")
final class Http2HostConnection extends ChannelInboundHandlerAdapter implements Http2Owner {
    private final Http2Pool pool;
    private final Worker worker;
    private final List<Http2UpstreamStream> touched = new ArrayList<>();
    private final Deadline aged = new Deadline(this::tooOld);
    private @Nullable ChannelTransport transport;
    private @Nullable Http2Connection connection;
    private @Nullable Channel channel;
    private @Nullable ConnectionFacts facts;
    private int served;
    private long openedAt;
    private boolean lost;
    private boolean faulty;
    private boolean reading;

    Http2HostConnection(Http2Pool pool, Worker worker) {
        this.pool = pool;
        this.worker = worker;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        var target = pool.target();
        channel = ctx.channel();
        openedAt = worker.now();
        transport = new ChannelTransport(
                ctx.channel(),
                worker,
                pool.counters(),
                target.limits().idle(),
                target.http2().keepAlive());
        connection = Http2Connection.client(
                transport,
                this,
                new Http2HeadLimits(
                        target.http2(),
                        target.answers().maxHeaderBytes(),
                        target.answers().maxHeaders()));
        transport.carries(connection);
        long duration = target.limits().duration().toNanos();
        if (duration > 0) {
            worker.deadlines().set(aged, openedAt + duration);
        }
    }

    /// It has stood as long as it may: it ends when the requests on it are done.
    private void tooOld() {
        worker.tick();
        pool.count(Figure.MAX_DURATION);
        pool.left(this);
        retire();
    }

    private Http2Connection connection() {
        if (connection == null) {
            throw new IllegalStateException("used before it was connected");
        }
        return connection;
    }

    private ChannelTransport transport() {
        if (transport == null) {
            throw new IllegalStateException("used before it was connected");
        }
        return transport;
    }

    /// What is known of it.
    ConnectionFacts facts() {
        if (facts == null && channel != null) {
            facts = HostFacts.of(worker, channel, pool.target());
        }
        return facts == null ? ConnectionFacts.NONE : facts;
    }

    boolean mutualTls() {
        return pool.target().tls().isPresent();
    }

    /// Whether the connection itself is over.
    boolean lost() {
        return lost || connection().over();
    }

    /// Whether it is over because the host broke the protocol.
    boolean faulty() {
        return faulty;
    }

    /// Whether it can take a request now; one that asks for another protocol waits for what the host can.
    boolean hasRoom(ConnectionTicket ticket) {
        return connection().canOpen() && (!ticket.changes() || connection().knowsPeer());
    }

    /// Whether the host can do what a request asks for.
    boolean can(ConnectionTicket ticket) {
        return !ticket.changes() || connection().peerAllowsConnect();
    }

    /// Whether the host has said what it can.
    boolean isSettled() {
        return connection().knowsPeer();
    }

    /// How many requests it has taken on.
    int served() {
        return served;
    }

    /// Takes on a request; only when it [#hasRoom].
    void serve(UpstreamListener listener) {
        var stream = new Http2UpstreamStream(this, listener, served == 0);
        served++;
        transport().opening();
        transport().streamsChanged();
        listener.ready(stream);
    }

    Http2Stream open(Http2StreamListener listener) {
        return connection().open(listener);
    }

    /// The host says too much before an answer: the connection ends, and with it every request on it.
    void tooManyInterims() {
        connection().fail(Http2Error.ENHANCE_YOUR_CALM, "too many interim answers");
    }

    long now() {
        return worker.now();
    }

    /// Takes no more requests, and ends when those it has are done.
    void retire() {
        transport().drain();
    }

    /// A request on it was reset; by the host unless `here`.
    void wasReset(boolean here) {
        pool.count(here ? Figure.SENT_RESET : Figure.RECEIVED_RESET);
    }

    /// `stream` is told when all that was read is worked on.
    void touched(Http2UpstreamStream stream) {
        touched.add(stream);
    }

    /// Whether the host's bytes are being worked on, so that streams that were touched are told when they are done.
    boolean isReading() {
        return reading;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        worker.tick();
        transport().heard();
        reading = true;
        var in = (ByteBuf) message;
        try {
            connection().read(in);
        } finally {
            in.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        reading = false;
        for (int i = 0; i < touched.size(); i++) {
            touched.get(i).readComplete();
        }
        touched.clear();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable()) {
            connection().writable();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        worker.tick();
        worker.deadlines().remove(aged);
        lost = true;
        if (connection().active() > 0) {
            pool.target().load().connections().endedActive(ConnectionEnd.isHere(ctx.channel()));
        }
        if (transport().idled()) {
            pool.count(Figure.IDLE_TIMEOUT);
        }
        transport().gone();
        connection().closed();
        pool.closed(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // A reset or a TLS failure: the end of the connection is what tells the listeners.
        BrokenConnection.tell("host", cause);
        ctx.close();
    }

    @Override
    public Http2StreamListener listener(Http2Stream stream) {
        throw new IllegalStateException("a host opens no streams");
    }

    @Override
    public void settled() {
        pool.roomMade(this);
    }

    @Override
    public void goingAway() {
        pool.count(Figure.CLOSE_NOTIFY);
        pool.left(this);
    }

    @Override
    public void streamClosed() {
        transport().streamsChanged();
        pool.roomMade(this);
    }

    @Override
    public void discarded(Http2StreamListener listener) {
        // A stream has another listener with each request.
    }

    @Override
    public void failed(Http2Error error, String reason) {
        faulty = error != Http2Error.NO_ERROR;
        if (faulty) {
            pool.count(Figure.PROTOCOL_ERROR);
        }
        pool.counters().failed();
        pool.left(this);
    }

    @Override
    public void flooded(Flood flood) {
        pool.counters().flooded(flood);
    }
}
