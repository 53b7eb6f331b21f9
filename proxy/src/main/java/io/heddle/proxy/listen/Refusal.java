package io.heddle.proxy.listen;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;

/// How a connection ends that is not taken: its client reads an end (FIN). Closing alone would be a reset where the
/// client has sent something already, which looks like a fault of the network.
// A failed shutdown or close shows as the end of the channel.
@SuppressWarnings("FutureReturnValueIgnored")
final class Refusal {
    private Refusal() {}

    /// Ends a connection that has been accepted and stands on no event loop yet; `loop` is to do it.
    static void end(Channel connection, EventLoop loop) {
        connection.config().setAutoRead(false);
        loop.register(connection).addListener(registered -> {
            if (registered.isSuccess()) {
                end(connection);
            } else {
                connection.unsafe().closeForcibly();
            }
        });
    }

    /// Ends a connection on its event loop.
    static void end(Channel connection) {
        ((SocketChannel) connection).shutdownOutput().addListener(ChannelFutureListener.CLOSE);
    }
}
