package io.heddle.proxy.tls;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;

/// Makes a peer's close_notify the end of input that it is (RFC 8446, section 6.1): Netty's TLS handler,
/// behind which it stands, tells of it by an event of its own. A peer that keeps TCP open would be waited for
/// otherwise. The end comes once, whether by close_notify, by TCP or by both.
public final class CloseNotify extends ChannelInboundHandlerAdapter {
    private boolean ended;
    private boolean ours;

    /// This side says close_notify on `channel`, where there is TLS. What Netty tells of from then on may be its own:
    /// the end of TCP alone is the peer's.
    public static void saidOn(Channel channel) {
        var notify = channel.pipeline().get(CloseNotify.class);
        if (notify != null) {
            notify.ours = true;
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        boolean ends = event instanceof ChannelInputShutdownEvent
                || (event instanceof SslCloseCompletionEvent close && close.isSuccess() && !ours);
        if (!ends) {
            context.fireUserEventTriggered(event);
        } else if (!ended) {
            ended = true;
            context.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }
    }
}
