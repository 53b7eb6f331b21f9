package io.heddle.proxy.listen;

import io.heddle.proxy.loop.BrokenConnection;
import io.heddle.proxy.loop.Deadline;
import io.heddle.proxy.loop.Worker;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Holds a connection's first bytes while they are inspected, then makes way for the handlers that serve the connection
/// and gives them all bytes that no inspector consumed.
///
/// What it holds is bounded by the inspectors: each says at a bounded number of bytes that it is done.
// A failed write or close shows as the end of its channel, which is handled.
@SuppressWarnings("FutureReturnValueIgnored")
final class InspectionHandler extends ChannelInboundHandlerAdapter {
    private final Worker worker;
    private final BoundListener listener;
    private final List<Inspector> inspectors;
    private final Arrival arrival;
    private final Runnable next;
    private final Deadline patience = new Deadline(this::expired);
    private @Nullable ChannelHandlerContext context;
    private @Nullable ByteBuf held;
    private int current;
    private boolean over;

    /// `next` puts the handlers that serve the connection into the pipeline.
    InspectionHandler(
            Worker worker, BoundListener listener, List<Inspector> inspectors, Arrival arrival, Runnable next) {
        this.worker = worker;
        this.listener = listener;
        this.inspectors = inspectors;
        this.arrival = arrival;
        this.next = next;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        listener.stats().count(ListenerStats.Figure.INSPECTING);
        var timeout = listener.listener().inspection().timeout();
        if (!timeout.isZero()) {
            worker.deadlines().set(patience, worker.tick() + timeout.toNanos());
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        worker.tick();
        held = held == null ? (ByteBuf) message : join(held, (ByteBuf) message);
        advance(ctx, held);
    }

    private static ByteBuf join(ByteBuf first, ByteBuf second) {
        first.writeBytes(second);
        second.release();
        return first;
    }

    /// Goes from inspector to inspector as far as the bytes allow.
    private void advance(ChannelHandlerContext ctx, ByteBuf bytes) {
        while (current < inspectors.size()) {
            switch (inspectors.get(current).inspect(bytes, arrival)) {
                case DONE -> current++;
                case MORE -> {
                    return;
                }
                case FAILED -> {
                    listener.stats().count(ListenerStats.Figure.INSPECTION_ERROR);
                    ctx.close();
                    return;
                }
            }
        }
        leave(ctx);
    }

    /// Makes way. Whoever serves the connection gets the bytes as if they came now.
    private void leave(ChannelHandlerContext ctx) {
        var bytes = held == null ? Unpooled.EMPTY_BUFFER : held;
        held = null;
        var pipeline = ctx.pipeline();
        pipeline.remove(this);
        next.run();
        if (bytes.isReadable()) {
            pipeline.fireChannelRead(bytes);
        } else {
            bytes.release();
        }
    }

    private void expired() {
        var ctx = context;
        if (ctx == null || over) {
            return;
        }
        worker.tick();
        listener.stats().count(ListenerStats.Figure.INSPECTION_TIMEOUT);
        if (!listener.listener().inspection().continueOnTimeout() || !canGoOn()) {
            ctx.close();
            return;
        }
        if (held == null) {
            arrival.opening(Arrival.Opening.SILENT);
        }
        var pipeline = ctx.pipeline();
        goOn(ctx);
        pipeline.fireChannelReadComplete();
    }

    private boolean canGoOn() {
        return inspectors.subList(current, inspectors.size()).stream().allMatch(Inspector::onlyLooks);
    }

    /// With what is known: inspectors whose turn does not come have nothing to say, unless they need no bytes for it.
    private void goOn(ChannelHandlerContext ctx) {
        withoutBytes(inspectors.subList(current, inspectors.size()), arrival);
        current = inspectors.size();
        leave(ctx);
    }

    /// Asks those of `inspectors` that need no bytes.
    static void withoutBytes(List<Inspector> inspectors, Arrival arrival) {
        for (var inspector : inspectors) {
            if (!inspector.readsBytes()) {
                inspector.inspect(Unpooled.EMPTY_BUFFER, arrival);
            }
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (!(event instanceof ChannelInputShutdownEvent)) {
            ctx.fireUserEventTriggered(event);
            return;
        }
        if (held == null || !held.isReadable() || !canGoOn()) {
            listener.stats().count(ListenerStats.Figure.INSPECTION_REMOTE_CLOSE);
            ctx.close(); // It will never say what it is.
            return;
        }
        var pipeline = ctx.pipeline();
        goOn(ctx);
        pipeline.fireChannelReadComplete();
        pipeline.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // A reset by the client, as a rule.
        BrokenConnection.tell("client", cause);
        ctx.close();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (over) {
            return;
        }
        over = true;
        listener.stats().uncount(ListenerStats.Figure.INSPECTING);
        worker.deadlines().remove(patience);
        if (held != null) {
            held.release();
            held = null;
        }
    }
}
