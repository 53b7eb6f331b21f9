package io.heddle.proxy.tls;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AttributeKey;

/// Ends one direction of a connection while the other goes on: by TCP's FIN, or by TLS's close_notify (RFC 8446,
/// section 6.1).
///
/// Netty's TLS handler cannot: whatever side says close_notify first, it closes both directions. So a connection that
/// may have to, one that is relayed or a tunnel, is [#prepare]d: an [EstablishedTls] takes over. With the JDK's engine,
/// which stands in where BoringSSL does not load, both directions end together.
// A failed write or close shows as the end of its channel, which is handled.
@SuppressWarnings("FutureReturnValueIgnored")
public final class HalfClose {
    /// Set from the call of [#prepare] until it is done.
    private static final AttributeKey<Boolean> PREPARED = AttributeKey.valueOf(HalfClose.class, "prepared");

    private HalfClose() {}

    /// From the next turn of its event loop on `channel` can end one direction alone, if it can at all. Its TLS
    /// handshake must be done. On its event loop.
    public static void prepare(Channel channel) {
        var tls = channel.pipeline().get(SslHandler.class);
        if (tls == null || !(tls.engine() instanceof ReferenceCountedOpenSslEngine engine)) {
            return;
        }
        channel.attr(PREPARED).set(true);
        // The handler may be at work, further up on the stack.
        channel.eventLoop().execute(() -> {
            EstablishedTls.takeOver(channel, tls, engine);
            channel.attr(PREPARED).set(null);
        });
    }

    /// Whether `channel` can do so.
    public static boolean works(Channel channel) {
        return channel instanceof SocketChannel && (channel.pipeline().get(SslHandler.class) == null || isDue(channel));
    }

    private static boolean isDue(Channel channel) {
        return channel.attr(PREPARED).get() != null;
    }

    /// Ends the output of `channel` when what was written is sent, and with it the input where it cannot be ended
    /// alone.
    public static void output(Channel channel) {
        if (isDue(channel)) {
            channel.eventLoop().execute(() -> output(channel));
            return;
        }
        var sent = channel.writeAndFlush(Unpooled.EMPTY_BUFFER);
        var tls = channel.pipeline().get(EstablishedTls.class);
        if (tls != null) {
            tls.endOutput();
        } else if (works(channel)) {
            sent.addListener(_ -> ((SocketChannel) channel).shutdownOutput());
        } else {
            sent.addListener(ChannelFutureListener.CLOSE);
        }
    }
}
