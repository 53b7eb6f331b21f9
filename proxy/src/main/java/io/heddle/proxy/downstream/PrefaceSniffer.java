package io.heddle.proxy.downstream;

import io.heddle.proxy.http2.Http2Preface;
import io.heddle.proxy.loop.BrokenConnection;
import io.heddle.proxy.loop.Deadline;
import io.heddle.proxy.loop.Worker;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Tells HTTP/2 by prior knowledge from HTTP/1 by a connection's first bytes (RFC 9113, section 3.4), then makes
/// way for the handler of what is spoken. Bytes that could still be the preface are held; a client that sends no
/// more of them is left after the time that a request's head may take.
// A failed write or close shows as the end of its channel, which is handled.
@SuppressWarnings("FutureReturnValueIgnored")
public final class PrefaceSniffer extends ChannelInboundHandlerAdapter {
    private final Worker worker;
    private final Duration idle;
    private final Duration head;
    private final Function<Boolean, ChannelHandler> next;
    private final Deadline deadline = new Deadline(this::expired);
    private @Nullable ChannelHandlerContext context;
    private @Nullable ByteBuf held;

    /// On the loop of `worker`: closes a connection that says nothing for `idle`, or not enough for `head`; zero
    /// waits for ever. `next` makes the handler, for HTTP/2 or not.
    public PrefaceSniffer(Worker worker, Duration idle, Duration head, Function<Boolean, ChannelHandler> next) {
        this.worker = worker;
        this.idle = idle;
        this.head = head;
        this.next = next;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        limit(idle);
    }

    private void limit(Duration wait) {
        if (!wait.isZero()) {
            worker.deadlines().set(deadline, worker.now() + wait.toNanos());
        }
    }

    private void expired() {
        if (context != null) {
            context.close();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        worker.tick();
        var in = (ByteBuf) message;
        var all = in;
        if (held != null) {
            all = ctx.alloc().directBuffer(held.readableBytes() + in.readableBytes());
            all.writeBytes(held).writeBytes(in);
            held.release();
            in.release();
        }
        held = null;
        switch (Http2Preface.compare(all)) {
            case MORE -> {
                held = all;
                limit(head);
            }
            case YES -> make(ctx, true, all);
            case NO -> make(ctx, false, all);
        }
    }

    private void make(ChannelHandlerContext ctx, boolean http2, ByteBuf bytes) {
        worker.deadlines().remove(deadline);
        ctx.pipeline().addLast(next.apply(http2));
        ctx.fireChannelRead(bytes);
        ctx.pipeline().remove(this);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.fireChannelReadComplete();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent || event == ConnectionSignal.DRAIN) {
            ctx.close(); // It has asked for nothing.
            return;
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        worker.deadlines().remove(deadline);
        if (held != null) {
            held.release();
            held = null;
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        BrokenConnection.tell("client", cause); // A reset by the client, as a rule.
        ctx.close();
    }
}
