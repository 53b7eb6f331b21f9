package io.heddle.proxy.downstream;

import io.heddle.proxy.exchange.ProxyServices;
import io.heddle.proxy.exchange.head.ClientConnection;
import io.heddle.proxy.loop.BrokenConnection;
import io.heddle.proxy.loop.Deadline;
import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.observe.RequestTimeline;
import io.heddle.proxy.tls.HalfClose;
import io.heddle.proxy.upstream.connect.HostFacts;
import io.heddle.proxy.upstream.connect.RawConnector;
import io.heddle.proxy.upstream.connect.UpstreamFailure;
import io.heddle.traffic.balance.PickRequest;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.layer.RuntimeSnapshot;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.traffic.runtime.NetworkFilter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Carries bytes between a client and a host of a cluster until both have stopped sending. Neither side is read faster
/// than the other is written; the end of one direction is passed on as it is where the connection can say so.
// A failed write or close shows as the end of its channel, which is handled.
@SuppressWarnings("FutureReturnValueIgnored")
public final class TcpRelay extends ChannelInboundHandlerAdapter implements PickRequest {
    private final Worker worker;
    private final ProxyServices services;
    private final NetworkFilter.Tcp settings;
    private final ClientConnection connection;
    private final RequestTimeline timeline = new RequestTimeline();
    private final Deadline idle = new Deadline(this::expired);
    private final Side host = new Side();
    private @Nullable Channel client;
    private @Nullable Host picked;
    private final Deque<Object> early = new ArrayDeque<>(0);
    private boolean connected;
    private boolean clientEnded;
    private boolean hostEnded;

    /// For a connection to the listener called `listener`, on the loop of `worker`.
    public TcpRelay(
            Worker worker,
            ProxyServices services,
            NetworkFilter.Tcp settings,
            String listener,
            ClientConnection connection) {
        this.worker = worker;
        this.services = services;
        this.settings = settings;
        this.connection = connection;
        timeline.servedBy(settings, listener);
    }

    /// What becomes of the connection.
    public RequestTimeline timeline() {
        return timeline;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        timeline.headReceived = worker.tick();
        timeline.startedAtMillis = worker.nowMillis();
        timeline.receivedMalformed(connection.peer());
        timeline.cameBy(connection.facts());
        client = ctx.channel();
        HalfClose.prepare(client);
        client.config().setAutoRead(false);
        var cluster = services.upstreams()
                .cluster(settings.clusters().target(worker.spread()).cluster());
        var chosen = cluster.flatMap(found -> found.pick(this));
        cluster.ifPresent(found -> timeline.toCluster(found.cluster()));
        if (cluster.isEmpty() || chosen.isEmpty()) {
            timeline.flag = cluster.isEmpty() ? ResponseFlag.NO_CLUSTER_FOUND : ResponseFlag.NO_HEALTHY_UPSTREAM;
            ctx.close();
            return;
        }
        picked = chosen.get();
        picked.state().begin();
        timeline.toHost(picked);
        timeline.attempts = 1;
        timeline.tryBegun = worker.now();
        var connector = services.upstreams().raw(worker, cluster.get(), picked, connection.originator());
        connector.connect(host, true, new RawConnector.Outcome() {
            @Override
            public void connected(Channel channel) {
                timeline.upstreamReady = worker.now();
                timeline.over(HostFacts.of(worker, channel, connector.target()));
                if (ctx.channel().isActive()) {
                    begin(ctx.channel(), channel);
                } else {
                    channel.close();
                }
            }

            @Override
            public void failed(UpstreamFailure failure) {
                timeline.flag = ResponseFlag.UPSTREAM_CONNECTION_FAILURE;
                ctx.close();
            }
        });
    }

    /// Both sides stand. What the client sent with the end of its own side came although nobody asked for it.
    private void begin(Channel from, Channel to) {
        connected = true;
        touch();
        early.forEach(to::write);
        early.clear();
        to.flush();
        if (clientEnded) {
            endOutput(to, hostEnded);
        } else {
            from.config().setAutoRead(true);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object bytes) {
        timeline.bytesReceived += ((ByteBuf) bytes).readableBytes();
        if (connected) {
            move(bytes, ctx.channel(), host.channel);
        } else {
            early.add(bytes);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (connected) {
            flush(host.channel);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        pace(ctx.channel(), host.channel);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            clientEnded = true;
            if (connected) {
                endOutput(host.channel, hostEnded);
            }
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        worker.deadlines().remove(idle);
        if (picked != null) {
            picked.state().end();
            picked = null;
        }
        early.forEach(ReferenceCountUtil::release);
        early.clear();
        closeFlushed(host.channel);
        timeline.finished = worker.tick();
        timeline.runtime = worker.runtime();
        services.observer().relayed(timeline);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // channelInactive ends the other side.
        BrokenConnection.tell("client", cause);
        ctx.close();
    }

    private void move(Object bytes, Channel from, @Nullable Channel to) {
        worker.tick();
        touch();
        if (to == null) {
            ReferenceCountUtil.release(bytes);
            return;
        }
        to.write(bytes, to.voidPromise());
        if (!to.isWritable()) {
            to.flush();
            pace(to, from);
        }
    }

    private static void flush(@Nullable Channel channel) {
        if (channel != null) {
            channel.flush();
        }
    }

    /// Reads `from` only while `to` takes bytes. One that has ended is left alone: epoll does not know it any more.
    @SuppressWarnings("ReferenceEquality") // channels are compared as the objects they are
    private void pace(Channel to, @Nullable Channel from) {
        boolean ended = from == client ? clientEnded : hostEnded;
        if (from != null && !ended) {
            from.config().setAutoRead(to.isWritable());
        }
    }

    private static void endOutput(@Nullable Channel to, boolean otherEnded) {
        if (to == null) {
            return;
        }
        if (otherEnded || !HalfClose.works(to)) {
            closeFlushed(to);
            return;
        }
        HalfClose.output(to);
    }

    private static void closeFlushed(@Nullable Channel channel) {
        if (channel != null && channel.isActive()) {
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    private void touch() {
        if (!settings.idle().isZero()) {
            worker.deadlines().set(idle, worker.now() + settings.idle().toNanos());
        }
    }

    private void expired() {
        if (client != null) {
            client.close();
        }
    }

    @Override
    public long chance() {
        return worker.chance();
    }

    @Override
    public RuntimeSnapshot runtime() {
        return worker.runtime();
    }

    @Override
    public long now() {
        return worker.now();
    }

    @Override
    public Optional<InetSocketAddress> destination() {
        return connection.intercepted();
    }

    @Override
    public boolean tried(Host candidate) {
        return false;
    }

    /// The host's side of the relay.
    private final class Side extends ChannelInboundHandlerAdapter {
        private @Nullable Channel channel;

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            channel = ctx.channel();
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object bytes) {
            timeline.bytesSent += ((ByteBuf) bytes).readableBytes();
            move(bytes, ctx.channel(), client);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            flush(client);
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            pace(ctx.channel(), client);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                hostEnded = true;
                endOutput(client, clientEnded);
            }
            ctx.fireUserEventTriggered(event);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            closeFlushed(client);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            BrokenConnection.tell("host", cause);
            ctx.close();
        }
    }
}
