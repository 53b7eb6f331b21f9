package io.heddle.proxy.upstream.pool;

import io.heddle.proxy.http.HeadResult;
import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.HttpResponseHead;
import io.heddle.proxy.http.HttpVersion;
import io.heddle.proxy.http.LineKind;
import io.heddle.proxy.http.OutgoingRequest;
import io.heddle.proxy.http1.BodyReader;
import io.heddle.proxy.http1.BodySink;
import io.heddle.proxy.http1.Http1Output;
import io.heddle.proxy.http1.Http1RequestWriter;
import io.heddle.proxy.http1.Http1ResponseReader;
import io.heddle.proxy.loop.BrokenConnection;
import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.observe.ConnectionFacts;
import io.heddle.proxy.tls.HalfClose;
import io.heddle.proxy.upstream.connect.HostFacts;
import io.heddle.proxy.upstream.connect.UpstreamFailure;
import io.heddle.traffic.resilience.ConnectionCounts.Figure;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import org.jspecify.annotations.Nullable;

/// One HTTP/1.1 connection to a host: serves one request at a time, then goes back to its pool. Confined to its loop.
///
/// It goes back only when both messages ended cleanly and nothing came after the answer; else it is closed.
// A failed write or close shows as the end of its channel, which is handled.
@SuppressWarnings("FutureReturnValueIgnored")
final class Http1Connection extends ChannelInboundHandlerAdapter implements UpstreamStream {
    private final Http1Pool pool;
    private final Worker worker;
    private final Http1ResponseReader reader;
    private final BodyReader body = new BodyReader();
    private final BodySink sink = this::piece;
    private @Nullable Channel channel;
    private @Nullable Http1Output output;
    private @Nullable UpstreamListener listener;
    private @Nullable ConnectionFacts facts;
    private boolean inBody;
    private boolean whole;
    private boolean abandoned;
    private boolean requestEnded;
    private boolean answered;
    private boolean bodiless;
    private String upgrade = "";
    private String proof = "";
    private final InterimAnswers interims = new InterimAnswers();
    private boolean tunnelling;
    private boolean hostEnded;
    private boolean reused;
    private boolean broken;
    private long idleSince;
    private long openedAt;
    private int served;

    Http1Connection(Http1Pool pool, Worker worker) {
        this.pool = pool;
        this.worker = worker;
        var answers = pool.answers();
        this.reader = new Http1ResponseReader(answers.maxHeaderBytes(), answers.maxHeaders());
    }

    boolean isOpen() {
        return channel != null && channel.isActive();
    }

    long idleSince() {
        return idleSince;
    }

    void idleSince(long now) {
        idleSince = now;
    }

    /// It stands since `now`, as its pool counts.
    void established(long now) {
        openedAt = now;
    }

    boolean isEstablished() {
        return openedAt != 0;
    }

    long openedAt() {
        return openedAt;
    }

    /// How many requests it has taken on.
    int served() {
        return served;
    }

    void close() {
        open().close();
    }

    private Channel open() {
        if (channel == null) {
            throw new IllegalStateException("used before it was connected");
        }
        return channel;
    }

    /// Takes on a request.
    void serve(UpstreamListener next) {
        listener = next;
        served++;
        inBody = false;
        requestEnded = false;
        answered = false;
        reader.clear();
        next.ready(this);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        channel = ctx.channel();
        output = new Http1Output(ctx.channel());
    }

    private Http1Output output() {
        if (output == null) {
            throw new IllegalStateException("used before it was connected");
        }
        return output;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        worker.tick();
        var in = (ByteBuf) message;
        try {
            read(in);
        } finally {
            in.release();
        }
    }

    @SuppressWarnings("ReferenceEquality") // Asks whether a callback took the listener away.
    private void read(ByteBuf in) {
        while (in.isReadable()) {
            var current = listener;
            if (current == null) {
                close();
                return;
            }
            answered = true;
            if (inBody) {
                if (!body.read(in, sink)) {
                    fail(UpstreamFailure.MALFORMED);
                    return;
                }
            } else if (!readHead(in, current)) {
                return;
            }
            if (listener != current) {
                if (abandoned) {
                    complete(!in.isReadable());
                }
                return;
            }
            if (inBody && body.complete()) {
                complete(!in.isReadable());
            }
        }
    }

    private boolean readHead(ByteBuf in, UpstreamListener current) {
        var result = reader.read(in);
        var head = reader.head();
        if (result == HeadResult.MORE) {
            return false;
        }
        boolean unasked = head.status() == 101 && !OutgoingRequest.isUpgrade(upgrade, 101);
        if (result.isFault() || unasked || !WebSocketHandshake.proves(head, proof)) {
            fail(UpstreamFailure.MALFORMED);
            return false;
        }
        if (OutgoingRequest.isUpgrade(upgrade, head.status())) {
            if (!proof.isEmpty()) {
                head.removeLines(LineKind.WEBSOCKET_ACCEPT);
            }
            tunnel();
            current.head(head, false);
            return true;
        }
        if (head.status() < 200) {
            return interim(head, current);
        }
        frame();
        if (!body.begins(in)) {
            fail(UpstreamFailure.MALFORMED); // while the client can still be told
            return false;
        }
        inBody = true;
        whole = body.complete();
        current.head(head, whole);
        whole = false;
        return true;
    }

    private boolean interim(HttpResponseHead head, UpstreamListener current) {
        if (!interims.mayCome(worker.now())) {
            fail(UpstreamFailure.MALFORMED);
            return false;
        }
        if (InterimAnswers.isPassedOn(head.status())) {
            current.interim(head);
        }
        reader.clear();
        return true;
    }

    private void tunnel() {
        tunnelling = true;
        inBody = true;
        body.untilClose();
        open().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        HalfClose.prepare(open());
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent && tunnelling) {
            worker.tick();
            hostEnds();
        }
        ctx.fireUserEventTriggered(event);
    }

    private void hostEnds() {
        var current = listener;
        if (hostEnded || current == null) {
            return;
        }
        hostEnded = true;
        if (requestEnded) {
            listener = null;
            close();
        }
        current.end(HeaderLines.EMPTY);
    }

    private void frame() {
        var head = reader.head();
        if (bodiless || head.bodiless()) {
            body.none();
        } else if (head.lines().chunked()) {
            body.chunked();
        } else if (head.lines().contentLength() >= 0) {
            body.length(head.lines().contentLength());
        } else {
            body.untilClose();
        }
    }

    private void piece(ByteBuf piece) {
        if (listener == null) {
            piece.release();
        } else {
            listener.body(piece);
        }
    }

    private void complete(boolean clean) {
        var current = listener;
        listener = null;
        abandoned = false;
        var trailers = body.trailers();
        if (clean && !body.endsWithConnection() && requestEnded && reader.keepsConnection()) {
            reused = true;
            if (output().hasPending()) {
                output().flush(); // The answer came before the end of the request was sent.
            }
            read(true);
            pool.released(this);
        } else {
            if (!reader.keepsConnection()) {
                pool.count(Figure.CLOSE_NOTIFY);
            }
            close();
        }
        if (current != null) {
            current.end(trailers);
        }
    }

    private void fail(UpstreamFailure failure) {
        var current = listener;
        listener = null;
        boolean here = isOpen();
        if (failure == UpstreamFailure.MALFORMED) {
            pool.count(Figure.PROTOCOL_ERROR);
        }
        close();
        if (current != null) {
            pool.endedActive(here);
            current.failed(failure);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (listener != null) {
            listener.readComplete();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (listener != null && ctx.channel().isWritable()) {
            listener.writable();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        worker.tick();
        pool.closed(this);
        output().discard();
        if (listener == null) {
            return;
        }
        if (tunnelling && (hostEnded || broken)) {
            fail(UpstreamFailure.RESET_IN_RESPONSE);
            return;
        }
        if (!broken) {
            body.closed();
        }
        if (inBody && body.complete()) {
            complete(false);
        } else {
            fail(answered ? UpstreamFailure.RESET_IN_RESPONSE : UpstreamFailure.RESET_BEFORE_RESPONSE);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // A reset or a TLS failure: the end of the connection is what tells the listener, with its kind.
        BrokenConnection.tell("host", cause);
        broken = true;
        ctx.close();
    }

    @Override
    public void send(OutgoingRequest request) {
        bodiless = request.head().isMethod("HEAD");
        upgrade = request.upgrade();
        proof = WebSocketHandshake.toHttp1(request, worker);
        interims.start(worker.now());
        boolean chunked = Http1RequestWriter.chunks(request);
        var writer = Http1RequestWriter.write(worker.headWriter(), request, pool.http1());
        long expected = request.complete() ? 0 : request.head().lines().contentLength();
        output().head(writer, chunked, expected);
    }

    @Override
    public void body(ByteBuf piece) {
        output().piece(piece);
    }

    @Override
    public void end(HeaderLines trailers) {
        requestEnded = true;
        output().end(trailers);
        if (tunnelling) {
            output().flush();
            listener = halfCloses() ? listener : null;
            HalfClose.output(open());
        }
    }

    @Override
    public boolean halfCloses() {
        return HalfClose.works(open());
    }

    @Override
    public void flush() {
        output().flush();
    }

    @Override
    public boolean isWritable() {
        return open().isWritable();
    }

    @Override
    public void read(boolean wanted) {
        var config = open().config();
        if (config.isAutoRead() != wanted && !hostEnded) {
            config.setAutoRead(wanted);
        }
    }

    @Override
    public void cancel() {
        listener = null;
        abandoned = whole; // An answer that came whole and is not wanted leaves nothing behind.
        if (!abandoned) {
            close();
            pool.endedActive(true);
        }
    }

    @Override
    public String protocol() {
        return HttpVersion.HTTP_1_1.text();
    }

    @Override
    public ConnectionFacts facts() {
        if (facts == null) {
            facts = HostFacts.of(worker, open(), pool.target());
        }
        return facts;
    }

    @Override
    public boolean reused() {
        return reused;
    }

    @Override
    public boolean mutualTls() {
        return pool.mutualTls();
    }
}
