package io.heddle.proxy.listen;

import io.heddle.proxy.loop.BrokenConnection;
import io.heddle.proxy.loop.Deadline;
import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.tls.ClientHello;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Holds the first bytes of a connection with TLS until the client's hello is there, by which its certificate
/// is chosen, then makes way for the handler of TLS and gives it all of them.
///
/// It holds at most what [ClientHelloReader] reads. What that cannot read goes to the handler of TLS all the
/// same, which refuses it with the right alert. A client that says nothing in time counts as a handshake that
/// failed.
// A failed write or close shows as the end of its channel, which is handled.
@SuppressWarnings("FutureReturnValueIgnored")
final class ClientHelloHandler extends ChannelInboundHandlerAdapter {
    private final Worker worker;
    private final ListenerStats stats;
    private final Duration patience;
    private final Consumer<ClientHello> next;
    private final ClientHelloReader reader = new ClientHelloReader();
    private final Deadline deadline = new Deadline(this::fail);
    private @Nullable ChannelHandlerContext context;
    private @Nullable ByteBuf held;

    /// `next` puts the handler of TLS into the pipeline, or closes; `patience` of zero waits for ever.
    ClientHelloHandler(Worker worker, ListenerStats stats, Duration patience, Consumer<ClientHello> next) {
        this.worker = worker;
        this.stats = stats;
        this.patience = patience;
        this.next = next;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        if (!patience.isZero()) {
            worker.deadlines().set(deadline, worker.tick() + patience.toNanos());
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        worker.tick();
        var bytes = held == null ? (ByteBuf) message : join(held, (ByteBuf) message);
        held = bytes;
        switch (reader.read(bytes)) {
            case MORE -> {}
            case FOUND -> leave(ctx, bytes, reader.hello());
            case NOT_TLS, TOO_LARGE, MALFORMED -> leave(ctx, bytes, ClientHello.UNKNOWN);
        }
    }

    private static ByteBuf join(ByteBuf first, ByteBuf second) {
        first.writeBytes(second);
        second.release();
        return first;
    }

    private void leave(ChannelHandlerContext ctx, ByteBuf bytes, ClientHello hello) {
        held = null;
        var pipeline = ctx.pipeline();
        pipeline.remove(this);
        next.accept(hello);
        pipeline.fireChannelRead(bytes);
    }

    private void fail() {
        var ctx = context;
        if (ctx != null && !ctx.isRemoved()) {
            stats.count(ListenerStats.Figure.HANDSHAKE_ERROR);
            ctx.pipeline().remove(this);
            ctx.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        fail();
        ctx.fireChannelInactive();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            fail(); // It will never say its hello.
            return;
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // A reset by the client, as a rule.
        BrokenConnection.tell("client", cause);
        fail();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        worker.deadlines().remove(deadline);
        if (held != null) {
            held.release();
            held = null;
        }
    }
}
