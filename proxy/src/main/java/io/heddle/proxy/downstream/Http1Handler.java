package io.heddle.proxy.downstream;

import io.heddle.proxy.exchange.HttpExchange;
import io.heddle.proxy.exchange.LiveChain;
import io.heddle.proxy.exchange.ProxyServices;
import io.heddle.proxy.exchange.head.ClientConnection;
import io.heddle.proxy.exchange.head.PeerClaim;
import io.heddle.proxy.http.HeadResult;
import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http1.BodyReader;
import io.heddle.proxy.http1.BodySink;
import io.heddle.proxy.http1.Http1RequestReader;
import io.heddle.proxy.loop.BrokenConnection;
import io.heddle.proxy.loop.Deadline;
import io.heddle.proxy.loop.Worker;
import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.traffic.resilience.OverloadPolicy;
import io.heddle.traffic.runtime.NetworkFilter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A client's HTTP/1 connection: reads requests one after the other and hands each to its [HttpExchange].
///
/// Requests that come early (pipelining) wait as bytes until the one before is answered. A connection is closed with
/// care: its output first, then, once the client has seen that or has taken nothing for `delayed_close_timeout`, the
/// rest; otherwise a reset could destroy an answer that is still on its way.
// A failed write or close shows as the end of its channel, which is handled.
@SuppressWarnings("FutureReturnValueIgnored")
public final class Http1Handler extends ChannelInboundHandlerAdapter {
    private static final String BODY_INVALID = "http1.codec_error{body_invalid}";
    private static final LocalReply HEAD_TIMEOUT =
            LocalReply.malformed(408, "the request's head took too long\n", "request_header_timeout");
    private static final LocalReply TRUNCATED =
            LocalReply.malformed(400, "malformed request: it ends within its head\n", "http1.codec_error{truncated}");

    /// How long an idle connection that has grown old still takes a request, as Envoy's `drain_timeout`.
    private static final Duration LAST_REQUEST = Duration.ofSeconds(5);

    private final Worker worker;
    private final LiveChain chain;
    private final ProxyServices services;
    private final ClientConnection client;
    private final Deadline deadline = new Deadline(this::expired);
    private final Deadline age = new Deadline(this::grownOld);
    private final BodyReader body = new BodyReader();
    private final BodySink sink = this::piece;
    private final GentleClose closing = new GentleClose();
    private final Http1RequestReader reader;
    private @Nullable HttpExchange exchange;
    private @Nullable Http1ClientStream stream;
    private @Nullable ChannelHandlerContext context;
    private @Nullable ByteBuf held;
    private Http1State state = Http1State.HEAD;
    private boolean working;
    private boolean reading;
    private boolean inBody;
    private boolean answered;
    private boolean inputEnded;
    private boolean stoppedSending;
    private boolean old;
    private int requests;

    /// For a connection of `client` that came in by `chain`, an HTTP one, on the loop of `worker`.
    public Http1Handler(Worker worker, LiveChain chain, ProxyServices services, ClientConnection client) {
        this.worker = worker;
        this.chain = chain;
        this.services = services;
        this.client = client;
        this.reader = Http1RequestReader.under(settings());
    }

    /// The name of the listener it came by.
    String listener() {
        return chain.listener();
    }

    boolean bypassesOverload() {
        return chain.bypassesOverload();
    }

    /// The chain's HTTP settings as they are now.
    NetworkFilter.Http settings() {
        return chain.http();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        stream = new Http1ClientStream(this, worker, ctx.channel(), reader.head());
        exchange = new HttpExchange(stream, worker, services, new PeerClaim(client));
        reader.clear();
        worker.after(age, settings().limits().connections().duration());
        rest();
    }

    /// It takes no more requests than the one under way; one that comes soon is still answered.
    private void grownOld() {
        worker.tick();
        old = true;
        if (state == Http1State.HEAD && !reader.begun()) {
            rest();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        worker.tick();
        reading = true;
        var in = (ByteBuf) message;
        held = held == null ? in : join(ctx, held, in);
        work();
    }

    private static ByteBuf join(ChannelHandlerContext ctx, ByteBuf first, ByteBuf second) {
        var both = ctx.alloc().directBuffer(first.readableBytes() + second.readableBytes());
        both.writeBytes(first).writeBytes(second);
        first.release();
        second.release();
        return both;
    }

    /// Goes as far as the bytes allow. Not entered twice: an exchange that ends at once lets the loop go on.
    private void work() {
        if (working) {
            return;
        }
        working = true;
        boolean more = true;
        while (more && held != null && held.isReadable()) {
            more = step(held);
        }
        working = false;
        if (hasReadAll() || state == Http1State.CLOSING) {
            releaseHeld();
        }
        if (held != null) {
            read(false);
        } else if (stoppedSending) {
            heardAll();
        }
    }

    private boolean step(ByteBuf in) {
        return switch (state) {
            case HEAD -> isTaking() && readHead(in);
            case BODY -> readBody(in);
            case REST -> dropBody(in);
            case TUNNEL -> pass(in);
            case ANSWER, CLOSING -> false;
        };
    }

    /// Whether the client takes its answers. While it does not, no request begins, or they would pile up here.
    private boolean isTaking() {
        return context().channel().isWritable();
    }

    private boolean readHead(ByteBuf in) {
        boolean first = !reader.begun();
        var result = reader.read(in);
        if (result == HeadResult.MORE) {
            if (reader.begun() && isShed(first)) {
                refuse(LocalReply.OVERLOADED, false); // what came of it so far is held in memory
            } else if (first && reader.begun()) {
                worker.after(deadline, settings().limits().requestHeaders());
            }
            return false;
        }
        worker.deadlines().clear(deadline);
        if (result.isFault()) {
            boolean goesOn = reader.standsAlone() && settings().codec().http1().outlivesFaults();
            var words = "malformed request: " + result.reason() + "\n";
            refuse(LocalReply.malformed(result.status(), words, result.details()), goesOn);
            return goesOn;
        }
        var head = reader.head();
        requests++;
        body.none();
        if (head.lines().chunked()) {
            body.chunked();
        } else if (head.lines().contentLength() > 0) {
            body.length(head.lines().contentLength());
        }
        state = body.complete() ? Http1State.ANSWER : Http1State.BODY;
        var upgrade = head.upgrade();
        boolean mayTunnel = !upgrade.isEmpty() && !upgrade.equals("h2c");
        exchange().begin(head, body.complete() && !mayTunnel);
        return true;
    }

    /// Whether a head that is not whole yet is not waited for: drawn once, or where all are shed.
    private boolean isShed(boolean first) {
        boolean drawn = first || services.overload().isSaturated(OverloadPolicy.Action.STOP_ACCEPTING_REQUESTS);
        return !bypassesOverload() && drawn && services.overload().shedsRequest(worker);
    }

    /// Answers a request that is not read; the connection ends with it unless it `goesOn`.
    private void refuse(LocalReply answer, boolean goesOn) {
        state = Http1State.ANSWER;
        inputEnded = !goesOn;
        exchange().refuse(reader.head(), answer);
    }

    /// The connection is a tunnel now: all bytes are the exchange's.
    void tunnel() {
        state = Http1State.TUNNEL;
        read(true);
        work();
        if (!reading) {
            exchange().clientReadComplete();
        }
    }

    private boolean pass(ByteBuf in) {
        exchange().requestBody(in.readRetainedSlice(in.readableBytes()));
        return true;
    }

    private boolean readBody(ByteBuf in) {
        inBody = true;
        boolean good = body.read(in, sink);
        inBody = false;
        if (state != Http1State.BODY) {
            return true;
        }
        if (!good) {
            inputEnded = true;
            exchange().malformed(BODY_INVALID);
            return false;
        }
        if (body.complete()) {
            state = Http1State.ANSWER;
            exchange().requestEnded(body.trailers());
        }
        return true;
    }

    private boolean dropBody(ByteBuf in) {
        body.read(in, ByteBuf::release);
        if (body.complete()) {
            state = Http1State.ANSWER;
            if (answered) {
                nextRequest();
            }
        }
        return true;
    }

    private void piece(ByteBuf piece) {
        if (state == Http1State.BODY) {
            exchange().requestBody(piece);
        } else {
            piece.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        reading = false;
        exchange().clientReadComplete();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        worker.tick();
        exchange().clientWritable(isTaking());
        if (state == Http1State.HEAD && isTaking()) {
            read(true);
            next();
        }
    }

    /// Whether the client's bytes are being worked on, so that [#channelReadComplete] is still to come.
    boolean isReading() {
        return reading;
    }

    /// Stops or resumes reading from the client.
    void read(boolean wanted) {
        var config = context().channel().config();
        if (config.isAutoRead() != wanted && !stoppedSending) {
            config.setAutoRead(wanted);
        }
    }

    /// Whether the connection must end with the current answer.
    boolean mustClose() {
        return state == Http1State.BODY
                || inputEnded
                || (stoppedSending && hasReadAll())
                || isUsedUp()
                || chain.draining()
                || reader.wantsClose()
                || state == Http1State.CLOSING
                || (services.overload().endsConnection(worker) && !bypassesOverload());
    }

    /// The same for an answer made here, after which nobody wants the rest of the request's body: where that
    /// is little, it is no reason to end the connection.
    boolean mustCloseAfterLocal() {
        if (state == Http1State.BODY && !inputEnded) {
            var rest = BodyRest.of(body, reader.head(), inBody ? Unpooled.EMPTY_BUFFER : held, stoppedSending);
            inputEnded = rest == BodyRest.BROKEN;
            state = rest.state();
            answered = false;
        }
        return mustClose();
    }

    private boolean isUsedUp() {
        int most = settings().limits().connections().requests();
        return old || (most > 0 && requests >= most);
    }

    /// The exchange is over; `close` tells whether the client knows that the connection ends.
    void exchangeDone(boolean close) {
        if (state == Http1State.CLOSING) {
            return;
        }
        if (close || state == Http1State.BODY || inputEnded) {
            closeGently();
            return;
        }
        if (state == Http1State.REST) {
            answered = true;
            goOn(true);
        } else {
            nextRequest();
        }
    }

    private void nextRequest() {
        state = Http1State.HEAD;
        reader.clear();
        if ((chain.draining() || stoppedSending) && hasReadAll()) {
            closeGently();
            return;
        }
        goOn(isTaking());
    }

    private void goOn(boolean wanted) {
        rest();
        read(wanted);
        if (held != null && !working) {
            // Not within the end of the exchange: what that still has to do must not meet the next request.
            context().executor().execute(this::next);
        }
    }

    private void next() {
        if ((state == Http1State.HEAD || state == Http1State.REST) && held != null) {
            worker.tick();
            work();
            if (!reading) {
                exchange().clientReadComplete();
            }
        }
    }

    /// Ends the connection at once: the client shall see that its answer is incomplete.
    void abort() {
        state = Http1State.CLOSING;
        context().close();
    }

    private void closeGently() {
        boolean unread = state.isWithinBody() || inputEnded || !hasReadAll();
        state = Http1State.CLOSING;
        if (!working) {
            releaseHeld();
        }
        var patience = settings().limits().delayedClose();
        worker.after(deadline, patience);
        closing.begin(context().channel(), stoppedSending || !unread || patience.isZero());
        read(true);
    }

    private void rest() {
        var idle = settings().limits().connections().idle();
        worker.after(deadline, old && (idle.isZero() || idle.compareTo(LAST_REQUEST) > 0) ? LAST_REQUEST : idle);
    }

    private void expired() {
        worker.tick();
        switch (state) {
            case HEAD -> {
                if (reader.begun()) {
                    refuse(HEAD_TIMEOUT, false);
                } else {
                    closeGently();
                }
            }
            case REST -> closeGently();
            case CLOSING -> {
                if (closing.goesOn(context().channel())) {
                    worker.after(deadline, settings().limits().delayedClose());
                } else {
                    context().close();
                }
            }
            case BODY, ANSWER, TUNNEL -> worker.deadlines().clear(deadline);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            worker.tick();
            inputEnd();
        } else if (event == ConnectionSignal.DRAIN && state == Http1State.HEAD && !reader.begun() && held == null) {
            closeGently();
        }
        ctx.fireUserEventTriggered(event);
    }

    /// The client sends no more; what it sent before is still worked on.
    private void inputEnd() {
        stoppedSending = true;
        if (hasReadAll() || state == Http1State.CLOSING) {
            heardAll();
        }
    }

    private boolean hasReadAll() {
        return held == null || !held.isReadable();
    }

    private void releaseHeld() {
        if (held != null) {
            held.release();
            held = null;
        }
    }

    /// No more bytes come, and none are left.
    private void heardAll() {
        switch (state) {
            case HEAD -> {
                if (reader.begun()) {
                    refuse(TRUNCATED, false);
                } else {
                    closeGently();
                }
            }
            case BODY -> {
                inputEnded = true;
                exchange().malformed(BODY_INVALID);
            }
            case REST -> closeGently();
            case TUNNEL -> exchange().requestEnded(HeaderLines.EMPTY);
            case CLOSING -> context().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            case ANSWER -> {} // the answer says that it is the last
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        worker.tick();
        state = Http1State.CLOSING;
        worker.deadlines().remove(deadline);
        worker.deadlines().remove(age);
        exchange().clientGone(ResponseFlag.DOWNSTREAM_CONNECTION_TERMINATION);
        exchange().close();
        if (stream != null) {
            stream.discard();
        }
        if (!working) {
            releaseHeld();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // A reset by the client, or a write to one that is gone: its exchange ends in channelInactive.
        BrokenConnection.tell("client", cause);
        ctx.close();
    }

    private HttpExchange exchange() {
        if (exchange == null) {
            throw new IllegalStateException("used before it was added to a pipeline");
        }
        return exchange;
    }

    private ChannelHandlerContext context() {
        if (context == null) {
            throw new IllegalStateException("used before it was added to a pipeline");
        }
        return context;
    }
}
