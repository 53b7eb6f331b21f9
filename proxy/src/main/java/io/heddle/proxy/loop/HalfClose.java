package io.heddle.proxy.loop;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;

/// Ends one direction of a connection while the other goes on.
// A failed write or close shows as the end of its channel, which is handled.
@SuppressWarnings("FutureReturnValueIgnored")
public final class HalfClose {
    private HalfClose() {}

    /// Whether `channel` can do so: over TLS the other side would take it for the end of both directions.
    public static boolean works(Channel channel) {
        return channel instanceof SocketChannel && channel.pipeline().get(SslHandler.class) == null;
    }

    /// Ends the output of `channel` when what was written is sent, and with it the input where it cannot be ended
    /// alone.
    public static void output(Channel channel) {
        var sent = channel.writeAndFlush(Unpooled.EMPTY_BUFFER);
        if (works(channel)) {
            sent.addListener(_ -> ((SocketChannel) channel).shutdownOutput());
        } else {
            sent.addListener(ChannelFutureListener.CLOSE);
        }
    }
}
