package io.heddle.proxy.listen;

import io.heddle.proxy.loop.EventLoops;
import io.heddle.proxy.loop.Worker;
import io.heddle.traffic.runtime.Listener;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes the connections of one server socket and gives each to an event loop, one loop after the other when there are
/// several. One too many for the proxy is closed before much is spent on it.
// A failed write or close shows as the end of its channel, which is handled.
@SuppressWarnings("FutureReturnValueIgnored")
final class Acceptor extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(Acceptor.class);
    private static final int SOL_SOCKET = 1;
    private static final int SO_KEEPALIVE = 9;

    private final BoundListener listener;
    private final List<Worker> workers;
    private final ListenerPipeline pipeline;
    private final ConnectionCount count;
    private final boolean keepAlive;
    private int turn;

    /// `workers` get the connections in turn.
    Acceptor(
            BoundListener listener,
            Listener.Address address,
            List<Worker> workers,
            ListenerPipeline pipeline,
            ConnectionCount count) {
        this.listener = listener;
        this.workers = workers;
        this.pipeline = pipeline;
        this.count = count;
        this.keepAlive = address.options().stream()
                .noneMatch(option -> option.level() == SOL_SOCKET && option.name() == SO_KEEPALIVE);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        var connection = (Channel) message;
        var sockets = listener.listener().sockets();
        if (!sockets.bypassesOverload() && pipeline.rejects()) {
            listener.stats().count(ListenerStats.Figure.OVERLOAD_REJECT);
            Refusal.end(connection, next().loop());
            return;
        }
        if (!count.enter(sockets.ignoresGlobalLimit())) {
            listener.stats().count(ListenerStats.Figure.GLOBAL_OVERFLOW);
            Refusal.end(connection, next().loop());
            return;
        }
        connection.closeFuture().addListener(_ -> count.leave());
        configure(connection, sockets);
        var worker = next();
        connection.pipeline().addLast(new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                pipeline.begin(channel, worker, listener);
            }
        });
        worker.loop().register(connection).addListener(registered -> {
            if (!registered.isSuccess()) {
                connection.unsafe().closeForcibly();
            }
        });
    }

    private Worker next() {
        var worker = workers.get(turn);
        turn = (turn + 1) % workers.size();
        return worker;
    }

    private void configure(Channel connection, Listener.Sockets sockets) {
        var config = connection.config();
        config.setOption(ChannelOption.TCP_NODELAY, true);
        config.setRecvByteBufAllocator(EventLoops.READS);
        config.setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        if (keepAlive) {
            config.setOption(ChannelOption.SO_KEEPALIVE, true);
        }
        int limit = sockets.bufferLimit();
        if (limit > 0) {
            config.setWriteBufferWaterMark(new WriteBufferWaterMark(limit / 2, limit));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // As a rule there are no file descriptors left: trying again at once would burn the loop.
        log.atWarn()
                .addKeyValue("listener", listener.listener().name())
                .setCause(cause)
                .log("no connection can be accepted; trying again in a second");
        ctx.channel().config().setAutoRead(false);
        ctx.channel().eventLoop().schedule(() -> ctx.channel().config().setAutoRead(true), 1, TimeUnit.SECONDS);
    }
}
