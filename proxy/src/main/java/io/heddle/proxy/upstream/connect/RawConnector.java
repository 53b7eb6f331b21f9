package io.heddle.proxy.upstream.connect;

import io.heddle.proxy.loop.EventLoops;
import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.tls.HalfClose;
import io.heddle.traffic.resilience.ConnectionCounts.Figure;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.ssl.SslHandler;
import io.netty.resolver.NoopAddressResolverGroup;
import io.netty.util.ReferenceCountUtil;
import java.net.ConnectException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// Opens connections to one host, TLS included, and counts them in its cluster's breaker.
// A failed write or close shows as the end of its channel, which is handled.
@SuppressWarnings("FutureReturnValueIgnored")
public final class RawConnector {
    private final Worker worker;
    private final EventLoops loops;
    private final UpstreamTarget target;
    private final ConnectionOrigin origin;
    private final BindErrors bindErrors;
    private final Alpn alpn;
    private final Runnable otherwise;
    private @Nullable Throwable lastFailure;

    /// What ALPN must have agreed on.
    private enum Alpn {
        ANY,
        HTTP2,
        OTHER
    }

    /// `origin` is what connections have from whom they are made for.
    public RawConnector(
            Worker worker, EventLoops loops, UpstreamTarget target, ConnectionOrigin origin, BindErrors bindErrors) {
        this.worker = worker;
        this.loops = loops;
        this.target = target;
        this.origin = origin;
        this.bindErrors = bindErrors;
        this.alpn = Alpn.ANY;
        this.otherwise = () -> {};
    }

    private RawConnector(RawConnector other, Alpn alpn, Runnable otherwise) {
        this.worker = other.worker;
        this.loops = other.loops;
        this.target = other.target;
        this.origin = other.origin;
        this.bindErrors = other.bindErrors;
        this.alpn = alpn;
        this.otherwise = otherwise;
    }

    /// One that opens connections to the same host and takes those alone that speak HTTP/2, or do not, as ALPN says;
    /// `otherwise` hears of another one, and that counts as a failure.
    public RawConnector expecting(boolean http2, Runnable otherwise) {
        return new RawConnector(this, http2 ? Alpn.HTTP2 : Alpn.OTHER, otherwise);
    }

    /// Whether the other end of `channel` speaks HTTP/2, as ALPN says.
    public static boolean speaksHttp2(Channel channel) {
        var tls = channel.pipeline().get(SslHandler.class);
        return tls != null && "h2".equals(tls.applicationProtocol());
    }

    private boolean isExpected(Channel channel) {
        return alpn == Alpn.ANY || speaksHttp2(channel) == (alpn == Alpn.HTTP2);
    }

    /// Why the last connection that failed did.
    public Throwable lastFailure() {
        return lastFailure == null ? new SSLException("no connection has failed") : lastFailure;
    }

    /// The host that is connected to.
    public UpstreamTarget target() {
        return target;
    }

    /// Hears of a connection's making, on the event loop.
    public interface Outcome {
        /// It stands, and TLS with it.
        void connected(Channel channel);

        /// It does not.
        void failed(UpstreamFailure failure);
    }

    /// Opens one with `handler` at the end of its pipeline. `halfClose` keeps it open when the host stops sending.
    public void connect(ChannelHandler handler, boolean halfClose, Outcome outcome) {
        if (target.tryConnect()) {
            connectCounted(handler, halfClose, outcome);
        } else {
            outcome.failed(UpstreamFailure.OVERFLOW);
        }
    }

    /// Opens one that is counted in the breaker already.
    public void connectCounted(ChannelHandler handler, boolean halfClose, Outcome outcome) {
        if (target.source().isPresent()) {
            connectTls(handler, halfClose, outcome);
            return;
        }
        open(handler, halfClose, Optional.empty(), outcome);
    }

    private void connectTls(ChannelHandler handler, boolean halfClose, Outcome outcome) {
        var tls = target.source().flatMap(source -> source.newHandler(ByteBufAllocator.DEFAULT));
        if (tls.isEmpty()) {
            target.load().connections().count(Figure.CONNECT_FAIL);
            target.disconnected(true);
            lastFailure = new SSLException("a certificate or an authority for TLS is missing");
            outcome.failed(UpstreamFailure.CONNECT_FAILED);
            return;
        }
        open(handler, halfClose, tls, outcome);
    }

    private void open(ChannelHandler handler, boolean halfClose, Optional<SslHandler> tls, Outcome outcome) {
        int timeout = Math.clamp(target.connectTimeout().toMillis(), 1, Integer.MAX_VALUE);
        tls.ifPresent(ssl -> ssl.setHandshakeTimeoutMillis(timeout));
        var bootstrap = new Bootstrap()
                .group(worker.loop())
                .resolver(NoopAddressResolverGroup.INSTANCE)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.RECVBUF_ALLOCATOR, EventLoops.READS)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, halfClose)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, timeout);
        var addresses = addresses();
        if (addresses.size() > 1) {
            race(bootstrap, addresses, new Stage(handler, halfClose, tls, outcome));
            return;
        }
        var end = new ConnectionEnd(worker.now());
        bootstrap.handler(new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline().addLast(end);
                tls.ifPresent(ssl -> channel.pipeline().addLast(ssl));
                channel.pipeline().addLast(handler);
            }
        });
        ChannelFuture opening;
        try {
            opening = connect(bootstrap, addresses.getFirst());
        } catch (ChannelException noSocket) {
            notOpened(noSocket, new Stage(handler, halfClose, tls, outcome));
            return;
        }
        opening.channel().closeFuture().addListener(_ -> target.disconnected(end.here() || isTimeout(opening.cause())));
        opening.addListener(opened -> {
            worker.tick();
            if (opened.isSuccess()) {
                announce(opening.channel());
                opened(opening.channel(), new Stage(handler, halfClose, tls, outcome));
            } else {
                opening.channel().close();
                failed(opened.cause(), outcome);
            }
        });
    }

    /// What is done with a connection when it stands.
    private record Stage(ChannelHandler handler, boolean halfClose, Optional<SslHandler> tls, Outcome outcome) {}

    /// The addresses to try. From a client's address only those of its family; without such, whichever, which fails.
    private List<InetSocketAddress> addresses() {
        var all = target.address().now();
        if (origin.source().isEmpty() || all.size() == 1) {
            return all;
        }
        var near = SourceSocket.of(origin.source().get());
        var reached = all.stream().filter(near::reaches).toList();
        return reached.isEmpty() ? List.of(all.getFirst()) : reached;
    }

    /// Several connections are on their way at a time, of which one is taken: it gets its handlers only then, and is
    /// not read before.
    private void race(Bootstrap bootstrap, List<InetSocketAddress> addresses, Stage stage) {
        bootstrap.option(ChannelOption.AUTO_READ, false).handler(new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                // The one that is taken gets its handlers then.
            }
        });
        long begun = worker.now();
        var race = new AddressRace(
                worker,
                address -> connect(bootstrap, address),
                channel -> {
                    var end = new ConnectionEnd(begun);
                    channel.pipeline().addLast(end);
                    channel.closeFuture().addListener(_ -> target.disconnected(end.here()));
                    announce(channel); // TLS begins as soon as it is added
                    stage.tls().ifPresent(ssl -> channel.pipeline().addLast(ssl));
                    channel.pipeline().addLast(stage.handler());
                    channel.config().setAutoRead(true);
                    opened(channel, stage);
                },
                cause -> notOpened(cause, stage));
        race.start(addresses, target.connectTimeout());
    }

    private void notOpened(Throwable cause, Stage stage) {
        target.disconnected(isTimeout(cause));
        stage.tls().ifPresent(ssl -> ReferenceCountUtil.release(ssl.engine())); // no pipeline had it
        failed(cause, stage.outcome());
    }

    /// Begins a connection.
    ///
    /// @throws ChannelException when there is no socket for it: too many are open, or none can be of this version
    private ChannelFuture connect(Bootstrap settings, InetSocketAddress address) {
        var socket = loops.newSocketChannel(address.getAddress() instanceof Inet6Address);
        var bootstrap = settings.clone().channelFactory(() -> socket);
        return source(address)
                .map(near -> connectFrom(near, bootstrap, address))
                .orElseGet(() -> bootstrap.connect(address));
    }

    private void opened(Channel channel, Stage stage) {
        var end = channel.pipeline().get(ConnectionEnd.class);
        end.stands(worker.now());
        if (stage.tls().isEmpty()) {
            connected(channel, stage);
            return;
        }
        stage.tls().get().handshakeFuture().addListener(done -> {
            worker.tick();
            target.load().connections().count(done.isSuccess() ? Figure.HANDSHAKE : Figure.HANDSHAKE_ERROR);
            if (done.isSuccess()) {
                end.secured(worker.now());
                if (stage.halfClose()) {
                    HalfClose.prepare(channel);
                }
                connected(channel, stage);
            } else {
                channel.close();
                failed(done.cause(), stage.outcome());
            }
        });
    }

    /// A client's address counts before the cluster's own. To a host of the other family there is no way from a
    /// client's address: it must not seem to be this machine that asks.
    private Optional<SourceSocket> source(InetSocketAddress host) {
        return origin.source()
                .map(SourceSocket::of)
                .or(() -> target.cluster()
                        .opening()
                        .source()
                        .map(SourceSocket::of)
                        .filter(own -> own.reaches(host)));
    }

    private ChannelFuture connectFrom(SourceSocket near, Bootstrap bootstrap, InetSocketAddress host) {
        var channel = bootstrap.register().channel();
        if (!near.reaches(host)) {
            var from = near.local().getAddress().getHostAddress();
            var cause = new ConnectException("there is no way from " + from + " to " + host);
            return refused(channel.newFailedFuture(cause));
        }
        try {
            near.configure(channel);
        } catch (ChannelException cause) {
            return refused(channel.newFailedFuture(cause));
        }
        var bound = channel.bind(near.local());
        return bound.isDone() && !bound.isSuccess() ? refused(bound) : channel.connect(host);
    }

    private ChannelFuture refused(ChannelFuture failed) {
        bindErrors.count(target, failed.cause(), worker.now());
        return failed;
    }

    /// Says whose bytes follow, before TLS says anything.
    private void announce(Channel channel) {
        if (origin.header().isPresent()) {
            var first = new ChannelOutboundHandlerAdapter();
            channel.pipeline().addFirst(first);
            channel.pipeline()
                    .context(first)
                    .writeAndFlush(origin.header().get().bytes());
            channel.pipeline().remove(first);
        }
    }

    /// A connection that may be closed by halves carries bytes that nobody looks at.
    private void connected(Channel channel, Stage stage) {
        var outcome = stage.outcome();
        target.connected(stage.halfClose(), worker.now());
        if (!isExpected(channel)) {
            channel.close();
            otherwise.run();
            lastFailure = new SSLException("ALPN agreed on another protocol");
            outcome.failed(UpstreamFailure.CONNECT_FAILED);
            return;
        }
        outcome.connected(channel);
    }

    private static boolean isTimeout(@Nullable Throwable cause) {
        return cause instanceof ConnectTimeoutException;
    }

    private void failed(Throwable cause, Outcome outcome) {
        boolean timedOut = isTimeout(cause);
        target.load().connections().count(Figure.CONNECT_FAIL);
        if (timedOut) {
            target.load().connections().count(Figure.CONNECT_TIMEOUT);
        }
        target.unreachable(timedOut, worker.now());
        lastFailure = cause;
        outcome.failed(timedOut ? UpstreamFailure.CONNECT_TIMEOUT : UpstreamFailure.CONNECT_FAILED);
    }
}
