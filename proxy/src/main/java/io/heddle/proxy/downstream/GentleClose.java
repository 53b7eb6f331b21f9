package io.heddle.proxy.downstream;

import io.heddle.proxy.tls.CloseNotify;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;

/// The end of a connection to a client that shall get the whole of its last answer: a reset could destroy
/// what is still on its way. One object per connection.
// A failed write or close shows as the end of its channel, which is handled.
@SuppressWarnings("FutureReturnValueIgnored")
final class GentleClose {
    private long unsent;

    /// Closes `channel` when all is sent; not `atOnce` its output only, so that the client may see the end
    /// and end too.
    void begin(Channel channel, boolean atOnce) {
        var flushed = channel.writeAndFlush(Unpooled.EMPTY_BUFFER);
        unsent = unsent(channel);
        if (atOnce) {
            flushed.addListener(ChannelFutureListener.CLOSE);
            return;
        }
        var tls = channel.pipeline().get(SslHandler.class);
        CloseNotify.saidOn(channel);
        var said = tls == null ? flushed : tls.closeOutbound();
        said.addListener(_ -> ((SocketChannel) channel).shutdownOutput());
    }

    /// Whether the client has taken some of its answer, and not all, since this was asked last.
    boolean goesOn(Channel channel) {
        long before = unsent;
        unsent = unsent(channel);
        return unsent > 0 && unsent < before;
    }

    /// How many bytes of answers the client has not taken yet.
    private static long unsent(Channel channel) {
        var waiting = channel.unsafe().outboundBuffer();
        return waiting == null ? 0 : waiting.totalPendingWriteBytes() - waiting.currentProgress();
    }
}
