package io.heddle.proxy.listen;

import io.heddle.proxy.loop.Worker;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/// Sees who speaks first on a relayed connection, tells [ServerFirst], and goes.
///
/// A server that speaks late is no proof: one of HTTP may complain about a client that says nothing.
// A failed write or close shows as the end of its channel, which is handled.
@SuppressWarnings("FutureReturnValueIgnored")
final class FirstSpeaker extends ChannelDuplexHandler {
    private static final long SOON_NANOS = 5_000_000_000L;
    private static final byte[] COMPLAINT = "HTTP/".getBytes(StandardCharsets.US_ASCII);

    private final Worker worker;
    private final ServerFirst known;
    private final InetSocketAddress destination;
    private final long begun;

    FirstSpeaker(Worker worker, ServerFirst known, InetSocketAddress destination) {
        this.worker = worker;
        this.known = known;
        this.destination = destination;
        this.begun = worker.tick();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        known.forget(destination);
        ctx.fireChannelRead(message);
        ctx.pipeline().remove(this);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        boolean said = message instanceof ByteBuf bytes && bytes.isReadable();
        if (said) {
            long now = worker.tick();
            if (now - begun < SOON_NANOS && !isComplaint((ByteBuf) message)) {
                known.learn(destination, now);
            }
        }
        ctx.write(message, promise);
        if (said) {
            ctx.pipeline().remove(this);
        }
    }

    private static boolean isComplaint(ByteBuf bytes) {
        for (int i = 0; i < Math.min(COMPLAINT.length, bytes.readableBytes()); i++) {
            if (bytes.getByte(bytes.readerIndex() + i) != COMPLAINT[i]) {
                return false;
            }
        }
        return true;
    }
}
