package io.heddle.proxy.upstream.pool;

import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.HttpResponseHead;
import io.heddle.proxy.http.OutgoingRequest;
import io.heddle.proxy.loop.BrokenConnection;
import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.observe.ConnectionFacts;
import io.heddle.proxy.tls.HalfClose;
import io.heddle.proxy.upstream.connect.HostFacts;
import io.heddle.proxy.upstream.connect.UpstreamFailure;
import io.heddle.proxy.upstream.connect.UpstreamTarget;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import org.jspecify.annotations.Nullable;

/// The bytes of one CONNECT request on a connection of their own: answered 200 here, then carried as they are, each
/// direction until it ends. Confined to its loop.
// A failed write or close shows as the end of its channel, which is handled.
@SuppressWarnings("FutureReturnValueIgnored")
final class TcpStream extends ChannelInboundHandlerAdapter implements UpstreamStream {
    private final Worker worker;
    private final UpstreamTarget target;
    private final HttpResponseHead accepted = new HttpResponseHead();
    private @Nullable UpstreamListener listener;
    private @Nullable ConnectionFacts facts;
    private @Nullable Channel channel;
    private boolean hostEnded;
    private boolean requestEnded;

    TcpStream(Worker worker, UpstreamListener listener, UpstreamTarget target) {
        this.worker = worker;
        this.listener = listener;
        this.target = target;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        channel = ctx.channel();
        ctx.channel().config().setAutoRead(false);
    }

    private Channel open() {
        if (channel == null) {
            throw new IllegalStateException("used before it was connected");
        }
        return channel;
    }

    @Override
    public void send(OutgoingRequest request) {
        accepted.clear();
        accepted.status(200);
        worker.loop().execute(this::accept); // Never an answer within the call that asks.
    }

    private void accept() {
        worker.tick();
        if (listener != null) {
            listener.head(accepted, false);
        }
        if (listener != null) {
            listener.readComplete();
            read(true);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        worker.tick();
        var bytes = (ByteBuf) message;
        if (listener == null) {
            bytes.release();
        } else {
            listener.body(bytes);
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
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            worker.tick();
            hostEnds();
        }
        ctx.fireUserEventTriggered(event);
    }

    private void hostEnds() {
        if (hostEnded || listener == null) {
            return;
        }
        hostEnded = true;
        var current = listener;
        if (requestEnded) {
            listener = null;
            open().close();
        }
        current.end(HeaderLines.EMPTY);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        worker.tick();
        var current = listener;
        listener = null;
        if (current != null) {
            current.failed(UpstreamFailure.RESET_IN_RESPONSE);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // A reset or a TLS failure: channelInactive tells the listener.
        BrokenConnection.tell("host", cause);
        ctx.close();
    }

    @Override
    public void body(ByteBuf piece) {
        open().write(piece, open().voidPromise());
    }

    @Override
    public void end(HeaderLines trailers) {
        requestEnded = true;
        if (!halfCloses()) {
            listener = null;
        }
        HalfClose.output(open());
    }

    @Override
    public boolean halfCloses() {
        return HalfClose.works(open());
    }

    @Override
    public void flush() {
        open().flush();
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
        open().close();
    }

    @Override
    public String protocol() {
        return "";
    }

    @Override
    public ConnectionFacts facts() {
        if (facts == null) {
            facts = HostFacts.of(worker, open(), target);
        }
        return facts;
    }

    @Override
    public boolean reused() {
        return false;
    }

    @Override
    public boolean mutualTls() {
        return target.tls().isPresent();
    }
}
