package io.heddle.proxy.listen;

import io.heddle.proxy.loop.BrokenConnection;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;

/// Waits for the end of a TLS handshake, then makes way for the handler that knows who the client is.
// A failed write or close shows as the end of its channel, which is handled.
@SuppressWarnings("FutureReturnValueIgnored")
final class AfterHandshake extends ChannelInboundHandlerAdapter {
    private final ListenerStats stats;
    private final Runnable next;

    AfterHandshake(ListenerStats stats, Runnable next) {
        this.stats = stats;
        this.next = next;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent done) {
            if (done.isSuccess()) {
                stats.count(ListenerStats.Figure.HANDSHAKE);
                next.run();
                ctx.pipeline().remove(this);
            } else {
                stats.count(ListenerStats.Figure.HANDSHAKE_ERROR);
                ctx.close();
            }
            return;
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // A failed handshake: the client gets its alert from the TLS handler, and nothing more.
        BrokenConnection.tell("client", cause);
        ctx.close();
    }
}
