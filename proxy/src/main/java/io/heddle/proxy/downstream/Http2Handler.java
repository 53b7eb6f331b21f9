package io.heddle.proxy.downstream;

import io.heddle.proxy.exchange.HttpExchange;
import io.heddle.proxy.exchange.LiveChain;
import io.heddle.proxy.exchange.ProxyServices;
import io.heddle.proxy.exchange.head.ClientConnection;
import io.heddle.proxy.exchange.head.PeerClaim;
import io.heddle.proxy.http2.ChannelTransport;
import io.heddle.proxy.http2.Flood;
import io.heddle.proxy.http2.Http2Connection;
import io.heddle.proxy.http2.Http2Error;
import io.heddle.proxy.http2.Http2HeadLimits;
import io.heddle.proxy.http2.Http2Owner;
import io.heddle.proxy.http2.Http2Stream;
import io.heddle.proxy.http2.Http2StreamListener;
import io.heddle.proxy.loop.BrokenConnection;
import io.heddle.proxy.loop.Deadline;
import io.heddle.proxy.loop.Worker;
import io.heddle.traffic.runtime.NetworkFilter;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A client's HTTP/2 connection: each of its streams has an [HttpExchange], used again with the stream. Confined to
/// its event loop.
// A failed write or close shows as the end of its channel, which is handled.
@SuppressWarnings("FutureReturnValueIgnored")
public final class Http2Handler extends ChannelInboundHandlerAdapter implements Http2Owner {
    private final Worker worker;
    private final LiveChain chain;
    private final ProxyServices services;
    private final PeerClaim claim;
    private final List<Http2ClientStream> streams = new ArrayList<>();
    private final List<Http2ClientStream> touched = new ArrayList<>();
    private @Nullable ChannelTransport transport;
    private @Nullable Http2Connection connection;
    private @Nullable CountedConnection counted;
    private final Deadline age = new Deadline(this::grownOld);
    private boolean reading;
    private int requests;

    /// For a connection of `client` that came in by `chain`, an HTTP one, on the loop of `worker`.
    public Http2Handler(Worker worker, LiveChain chain, ProxyServices services, ClientConnection client) {
        this.worker = worker;
        this.chain = chain;
        this.services = services;
        this.claim = new PeerClaim(client);
    }

    /// The name of the listener it came by.
    String listener() {
        return chain.listener();
    }

    boolean bypassesOverload() {
        return chain.bypassesOverload();
    }

    private boolean endsForOverload() {
        return services.overload().endsConnection(worker) && !chain.bypassesOverload();
    }

    /// The chain's HTTP settings as they are now.
    NetworkFilter.Http settings() {
        return chain.http();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        var settings = settings();
        var limits = settings.limits();
        var options = settings.codec().http2();
        transport = new ChannelTransport(
                ctx.channel(), worker, services.http2(), limits.connections().idle(), options.keepAlive());
        connection = Http2Connection.server(
                transport, this, new Http2HeadLimits(options, limits.maxHeaderBytes(), limits.maxHeaders()));
        transport.carries(connection);
        counted = CountedConnection.of(ctx.channel());
        worker.after(age, limits.connections().duration());
    }

    private void grownOld() {
        worker.tick();
        transport().drain();
    }

    private Http2Connection connection() {
        if (connection == null) {
            throw new IllegalStateException("used before it was added to a pipeline");
        }
        return connection;
    }

    /// What counts the connection and its requests.
    CountedConnection counted() {
        if (counted == null) {
            throw new IllegalStateException("used before it was added to a pipeline");
        }
        return counted;
    }

    private ChannelTransport transport() {
        if (transport == null) {
            throw new IllegalStateException("used before it was added to a pipeline");
        }
        return transport;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        worker.tick();
        reading = true;
        var in = (ByteBuf) message;
        try {
            connection().read(in);
        } finally {
            in.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        reading = false;
        for (int i = 0; i < touched.size(); i++) {
            touched.get(i).readComplete();
        }
        touched.clear();
    }

    /// Whether the client's bytes are being worked on, so that `stream` is told when they are done.
    boolean isReading(Http2ClientStream stream) {
        if (reading && stream.touch()) {
            touched.add(stream);
        }
        return reading;
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable()) {
            connection().writable();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        worker.tick();
        if (event == ConnectionSignal.DRAIN) {
            transport().drain();
        } else if (event instanceof ChannelInputShutdownEvent) {
            // It has sent its last request; what it has asked for is still answered.
            transport().drain();
            connection().drainNow();
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        worker.tick();
        worker.deadlines().remove(age);
        transport().gone();
        connection().closed();
        streams.forEach(Http2ClientStream::close);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // A reset by the client, or a write to one that is gone: its exchanges end in channelInactive.
        BrokenConnection.tell("client", cause);
        ctx.close();
    }

    @Override
    public Http2StreamListener listener(Http2Stream stream) {
        var client = new Http2ClientStream(this, worker, stream);
        client.exchange(new HttpExchange(client, worker, services, claim));
        streams.add(client);
        return client.requests();
    }

    @Override
    public void discarded(Http2StreamListener listener) {
        streams.removeIf(stream -> stream.hears(listener));
    }

    /// A request has begun.
    void opened() {
        transport().streamsChanged();
        requests++;
        int most = settings().limits().connections().requests();
        if ((most > 0 && requests >= most) || endsForOverload() || chain.draining()) {
            transport().drain();
        }
    }

    @Override
    public void streamClosed() {
        transport().streamsChanged();
    }

    @Override
    public void settled() {
        // How many streams we may open matters to no server.
    }

    @Override
    public void goingAway() {
        // The client opens no more streams; those that are open are answered.
    }

    @Override
    public void failed(Http2Error error, String reason) {
        services.http2().failed();
    }

    @Override
    public void flooded(Flood flood) {
        services.http2().flooded(flood);
    }
}
