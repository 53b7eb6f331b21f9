package io.heddle.proxy.listen;

import io.heddle.proxy.downstream.Http1Handler;
import io.heddle.proxy.downstream.Http2Handler;
import io.heddle.proxy.downstream.TcpRelay;
import io.heddle.proxy.exchange.head.ClientConnection;
import io.heddle.proxy.http.HttpVersion;
import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.observe.RequestObserver;
import io.heddle.proxy.observe.RequestTimeline;
import io.heddle.traffic.request.Peer;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.traffic.runtime.Listener;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a listener's own logs tell of one connection, from when it is accepted until it ends, whatever
/// became of it. In the pipeline it stands behind TLS and counts what the client says and hears there.
/// Only connections of listeners that have logs have one.
final class ConnectionLog extends ChannelDuplexHandler {
    private final RequestTimeline timeline = new RequestTimeline();
    private final Channel channel;
    private final Worker worker;
    private final RequestObserver observer;
    private final Arrival arrival;
    private @Nullable ClientConnection client;
    private @Nullable TcpRelay relay;
    private boolean others;

    private ConnectionLog(Channel channel, Worker worker, RequestObserver observer, Arrival arrival) {
        this.channel = channel;
        this.worker = worker;
        this.observer = observer;
        this.arrival = arrival;
    }

    /// For a connection that `listener` has now; empty where that logs none.
    static Optional<ConnectionLog> open(
            Channel channel, Worker worker, RequestObserver observer, Listener listener, Arrival arrival) {
        if (listener.accessLogs().isEmpty()) {
            return Optional.empty();
        }
        var log = new ConnectionLog(channel, worker, observer, arrival);
        log.timeline.acceptedBy(listener);
        log.timeline.headReceived = worker.tick();
        log.timeline.startedAtMillis = worker.nowMillis();
        channel.closeFuture().addListener(_ -> log.ended());
        return Optional.of(log);
    }

    /// The connection is another listener's now.
    void handedOff() {
        others = true;
    }

    /// It is refused before anybody serves it.
    void refused(ResponseFlag flag, String details) {
        timeline.flag = flag;
        timeline.details = details;
    }

    /// All about its client is known.
    void known(ClientConnection found) {
        client = found;
    }

    /// Its bytes are relayed.
    void relayedBy(TcpRelay found) {
        relay = found;
    }

    private void ended() {
        if (others) {
            return;
        }
        timeline.finished = worker.tick();
        timeline.runtime = worker.runtime();
        timeline.receivedMalformed(peer());
        if (client != null) {
            timeline.cameBy(client.facts());
        }
        if (relay != null) {
            timeline.relayedAs(relay.timeline());
        } else if (timeline.bytesReceived > 0) {
            timeline.protocol = protocol();
        }
        observer.ended(timeline);
    }

    private Peer peer() {
        return client != null
                ? client.peer()
                : new Peer(
                        arrival.source(),
                        arrival.direct(),
                        arrival.destination(),
                        false,
                        Optional.empty(),
                        Optional.empty());
    }

    private String protocol() {
        if (channel.pipeline().get(Http2Handler.class) != null) {
            return HttpVersion.HTTP_2.text();
        }
        return channel.pipeline().get(Http1Handler.class) == null ? "" : HttpVersion.HTTP_1_1.text();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof ByteBuf bytes) {
            timeline.bytesReceived += bytes.readableBytes();
        }
        ctx.fireChannelRead(message);
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // The promise is whose who writes.
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (message instanceof ByteBuf bytes) {
            timeline.bytesSent += bytes.readableBytes();
        }
        ctx.write(message, promise);
    }
}
