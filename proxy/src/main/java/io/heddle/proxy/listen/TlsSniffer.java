package io.heddle.proxy.listen;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Tells TLS from plaintext by a connection's first byte: 0x16 opens a TLS handshake (RFC 8446, section 5.1) and no
/// HTTP
/// request. A client that says nothing for five seconds speaks plaintext, and its server may have to speak first.
// A failed write or close shows as the end of its channel, which is handled.
@SuppressWarnings("FutureReturnValueIgnored")
final class TlsSniffer extends ChannelInboundHandlerAdapter {
    private static final int HANDSHAKE = 0x16;
    private static final long PATIENCE_SECONDS = 5;

    private final Consumer<String> decided;
    private @Nullable Future<?> patience;

    /// `decided` gets `tls` or `raw_buffer` and puts the next handlers into the pipeline.
    TlsSniffer(Consumer<String> decided) {
        this.decided = decided;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        patience = ctx.executor().schedule(() -> decide(ctx, "raw_buffer"), PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        var in = (ByteBuf) message;
        if (!in.isReadable()) {
            in.release();
            return;
        }
        decide(ctx, in.getByte(in.readerIndex()) == HANDSHAKE ? "tls" : "raw_buffer");
        ctx.pipeline().fireChannelRead(in);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            ctx.close(); // It will never say anything.
            return;
        }
        ctx.fireUserEventTriggered(event);
    }

    private void decide(ChannelHandlerContext ctx, String transport) {
        if (ctx.isRemoved()) {
            return;
        }
        ctx.pipeline().remove(this);
        decided.accept(transport);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (patience != null) {
            patience.cancel(false);
        }
    }
}
