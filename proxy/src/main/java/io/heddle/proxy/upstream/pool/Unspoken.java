package io.heddle.proxy.upstream.pool;

import io.heddle.proxy.loop.BrokenConnection;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/// Stands at the end of a connection until its protocol is known. A reset or a failed handshake before that closes the
/// connection, which tells whoever waits for it; afterwards it is the protocol's to judge.
@SuppressWarnings("FutureReturnValueIgnored") // a close cannot fail in a way that matters
final class Unspoken extends ChannelInboundHandlerAdapter {
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (ctx.pipeline().last() == this) {
            BrokenConnection.tell("host", cause);
            ctx.close();
        } else {
            ctx.fireExceptionCaught(cause);
        }
    }
}
