package io.heddle.proxy.listen;

import io.heddle.proxy.downstream.CountedConnection;
import io.heddle.proxy.downstream.Http1Handler;
import io.heddle.proxy.downstream.Http2Handler;
import io.heddle.proxy.downstream.PrefaceSniffer;
import io.heddle.proxy.downstream.TcpRelay;
import io.heddle.proxy.exchange.ProxyServices;
import io.heddle.proxy.exchange.head.ClientConnection;
import io.heddle.proxy.exchange.head.ForwardedCertificate;
import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.observe.ConnectionFacts;
import io.heddle.proxy.observe.RequestObserver;
import io.heddle.proxy.observe.RequestTimeline;
import io.heddle.proxy.tls.ClientHello;
import io.heddle.proxy.tls.CloseNotify;
import io.heddle.proxy.tls.ConnectionTls;
import io.heddle.traffic.rbac.ConnectionRbac;
import io.heddle.traffic.request.Peer;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.traffic.runtime.ListenerFilter;
import io.heddle.traffic.runtime.NetworkFilter;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/// What stands in a connection's pipeline, in order: [#begin] and the methods it calls, top to bottom. First what
/// inspects it, then, once a chain is chosen, TLS, then what serves it.
// A failed write or close shows as the end of its channel, which is handled.
@SuppressWarnings("FutureReturnValueIgnored")
final class ListenerPipeline {
    private final ProxyServices services;
    private final Function<InetSocketAddress, Optional<BoundListener>> handOff;

    /// `handOff` finds the listener of an original destination.
    ListenerPipeline(ProxyServices services, Function<InetSocketAddress, Optional<BoundListener>> handOff) {
        this.services = services;
        this.handOff = handOff;
    }

    /// Whether a connection that has just come is to be closed, because the proxy is overloaded.
    boolean rejects() {
        return services.overload().rejectsConnection();
    }

    /// A connection and where it is: what every step here needs.
    ///
    /// @param log what its listener's logs are to tell of it; empty where there are none
    private record Step(
            Channel channel, Worker worker, BoundListener listener, Arrival arrival, Optional<ConnectionLog> log) {}

    private Step step(Channel channel, Worker worker, BoundListener listener, Arrival arrival) {
        var log = ConnectionLog.open(channel, worker, services.observer(), listener.listener(), arrival);
        return new Step(channel, worker, listener, arrival, log);
    }

    /// A connection that `listener` accepted, on the event loop of `worker`.
    void begin(Channel channel, Worker worker, BoundListener listener) {
        listener.accepted(channel);
        var arrival = Arrival.of(channel);
        if (arrival.isEmpty()) {
            channel.close();
            return;
        }
        var step = step(channel, worker, listener, arrival.get());
        inspect(step, () -> arrived(step));
    }

    /// Lets the listener's inspectors look at the connection. Those that need no bytes answer at once, as far as none
    /// that does comes before them.
    private static void inspect(Step step, Runnable next) {
        var waiting = waiting(step);
        if (waiting.isEmpty()) {
            next.run();
            return;
        }
        if (speaksLast(step, waiting)) {
            InspectionHandler.withoutBytes(waiting, step.arrival());
            next.run();
            return;
        }
        step.channel()
                .pipeline()
                .addLast(new InspectionHandler(step.worker(), step.listener(), waiting, step.arrival(), next));
    }

    /// Whether the client is not to be waited for, because its server is known to speak first. Where TLS may end here
    /// every client is waited for: that a server speaks first says nothing about clients of TLS, and a chain for
    /// plaintext must not get them.
    private static boolean speaksLast(Step step, List<Inspector> waiting) {
        var listener = step.listener();
        boolean goesOn = listener.listener().inspection().continueOnTimeout();
        var destination = step.arrival().destination();
        if (!goesOn
                || !waiting.stream().allMatch(Inspector::onlyLooks)
                || !listener.serverFirst().knows(destination, step.worker().tick())
                || (waiting.stream().anyMatch(TlsInspector.class::isInstance) && listener.endsTls(destination))) {
            return false;
        }
        listener.stats().count(ListenerStats.Figure.SERVER_FIRST);
        step.arrival().opening(Arrival.Opening.ASSUMED_SERVER_FIRST);
        return true;
    }

    /// The inspectors that are left when those that need no bytes have looked. A filter is disabled by the destination
    /// as the ones before it have found it.
    private static List<Inspector> waiting(Step step) {
        var waiting = new ArrayList<Inspector>();
        for (var filter : step.listener().listener().inspection().steps()) {
            if (filter.disabled().test(step.arrival().destination().getPort())) {
                continue;
            }
            var inspector = inspector(step, filter.filter());
            if (waiting.isEmpty() && !inspector.readsBytes()) {
                inspector.inspect(Unpooled.EMPTY_BUFFER, step.arrival());
            } else {
                waiting.add(inspector);
            }
        }
        return waiting;
    }

    private static Inspector inspector(Step step, ListenerFilter filter) {
        var stats = step.listener().stats();
        return switch (filter) {
            case ListenerFilter.TlsInspector(var closeOnError) -> new TlsInspector(closeOnError, stats);
            case ListenerFilter.HttpInspector() -> new HttpInspector(stats);
            case ListenerFilter.ProxyProtocol(var optional, var versions) ->
                new ProxyProtocolInspector(optional, versions, stats);
            case ListenerFilter.OriginalDestination() ->
                new OriginalDestination(
                        step.channel(), step.listener().listener().sockets().transparent());
            case ListenerFilter.OriginalSource(var mark) -> new OriginalSource(mark);
        };
    }

    /// Everything about the connection is known. A redirected one may belong to another listener, which inspects it by
    /// its own rules.
    private void arrived(Step step) {
        var listener = step.listener();
        if (listener.listener().handsOff() && step.arrival().restored()) {
            var other = handOff.apply(step.arrival().destination());
            if (other.isPresent() && !other.get().equals(listener)) {
                step.log().ifPresent(ConnectionLog::handedOff);
                var there = step(
                        step.channel(),
                        step.worker(),
                        other.get(),
                        step.arrival().handedOff());
                other.get().takes(step.channel(), listener);
                inspect(there, () -> secure(there));
                return;
            }
        }
        secure(step);
    }

    private void secure(Step step) {
        var listener = step.listener();
        var channel = step.channel();
        var found = listener.chain(step.arrival().info());
        if (found.isEmpty()) {
            listener.stats().count(ListenerStats.Figure.NO_CHAIN);
            step.log().ifPresent(log -> log.refused(ResponseFlag.NO_ROUTE_FOUND, "filter_chain_not_found"));
            channel.close();
            return;
        }
        var chain = found.get();
        var limited = chain.chain().limit().map(limit -> listener.stats().limit(limit.statPrefix()));
        if (!chain.enter(step.worker().runtime())) {
            limited.ifPresent(ListenerStats.LimitCount::refuse);
            refuse(step, chain);
            return;
        }
        limited.ifPresent(ListenerStats.LimitCount::enter);
        channel.closeFuture().addListener(_ -> {
            chain.leave();
            limited.ifPresent(ListenerStats.LimitCount::leave);
        });
        listener.assigned(channel, chain);
        if (chain.tls().isEmpty()) {
            serve(step, chain, plaintext(step, chain));
            return;
        }
        var patience = chain.chain().handshakeTimeout();
        if (!chain.tls().get().choosesByHello()) {
            encrypt(step, chain, ClientHello.UNKNOWN, patience);
            return;
        }
        long begun = step.worker().tick();
        channel.pipeline().addLast(new ClientHelloHandler(step.worker(), listener.stats(), patience, hello -> {
            encrypt(step, chain, hello, left(patience, step.worker().tick() - begun));
        }));
    }

    /// What is left of it; zero is for ever, and stays so.
    private static Duration left(Duration patience, long spentNanos) {
        if (patience.isZero()) {
            return patience;
        }
        var left = patience.minusNanos(spentNanos);
        return left.toMillis() > 0 ? left : Duration.ofMillis(1);
    }

    /// TLS, with the certificate for a client that said `hello`. A handshake may take as long as `patience`.
    private void encrypt(Step step, BoundChain chain, ClientHello hello, Duration patience) {
        var listener = step.listener();
        var channel = step.channel();
        var source = chain.tls().orElseThrow();
        var tls = source.newHandler(channel.alloc(), hello);
        if (tls.isEmpty()) {
            channel.close();
            return;
        }
        var handler = tls.get();
        handler.setHandshakeTimeoutMillis(patience.toMillis());
        channel.pipeline().addLast(handler, new CloseNotify());
        channel.pipeline()
                .addLast(new AfterHandshake(
                        listener.stats(), () -> serve(step, chain, encrypted(step, chain, handler))));
    }

    /// The chain has as many connections as it may.
    private static void refuse(Step step, BoundChain chain) {
        var channel = step.channel();
        var delay = chain.chain().limit().map(limit -> limit.delay().toMillis()).orElse(0L);
        if (delay == 0) {
            Refusal.end(channel);
            return;
        }
        channel.config().setAutoRead(false);
        channel.eventLoop().schedule(() -> Refusal.end(channel), delay, TimeUnit.MILLISECONDS);
    }

    private void serve(Step step, BoundChain chain, ClientConnection client) {
        step.log().ifPresent(log -> log.known(client));
        if (!admits(step, chain, client)) {
            step.channel().close();
            return;
        }
        var pipeline = step.channel().pipeline();
        step.log().ifPresent(log -> pipeline.addLast(log));
        switch (chain.filter()) {
            case NetworkFilter.Http http -> {
                boolean tls = client.peer().tls();
                var counted = CountedConnection.open(step.channel(), chain.manager(), tls);
                pipeline.addLast(http(step.worker(), chain, client, counted));
            }
            case NetworkFilter.Tcp tcp -> {
                watchOpening(step, client);
                var relay = new TcpRelay(step.worker(), services, tcp, chain.listener(), client);
                step.log().ifPresent(log -> log.relayedBy(relay));
                pipeline.addLast(relay);
            }
        }
    }

    /// Whether the chain's access rules let the connection pass. All that they can ask for is known by now, so
    /// nothing is read of it, and nobody is connected to for it, before.
    private boolean admits(Step step, BoundChain chain, ClientConnection client) {
        var peer = client.peer();
        for (var access : chain.chain().access()) {
            var refusal = access.refusal(peer);
            var refused = refusal.map(why -> refused(step, chain, access, client, why));
            services.observer().judged(new RequestObserver.Judgement(refused, access.passesShadow(peer)));
            if (refusal.isPresent()) {
                step.log()
                        .ifPresent(log ->
                                log.refused(ResponseFlag.NONE, refusal.get().details()));
                return false;
            }
        }
        return true;
    }

    private static RequestTimeline refused(
            Step step,
            BoundChain chain,
            ConnectionRbac access,
            ClientConnection client,
            ConnectionRbac.Refusal refusal) {
        var timeline = new RequestTimeline();
        timeline.servedBy(chain.filter(), step.listener().listener().name());
        timeline.statPrefix = access.statPrefix();
        timeline.startedAtMillis = step.worker().nowMillis();
        timeline.headReceived = step.worker().tick();
        timeline.finished = timeline.headReceived;
        timeline.runtime = step.worker().runtime();
        timeline.details = refusal.details();
        timeline.denial = Optional.of(refusal.denial());
        timeline.receivedMalformed(client.peer());
        timeline.cameBy(client.facts());
        return timeline;
    }

    /// What reads HTTP, by the chain's codec; where that leaves it open, by what ALPN agreed on or an inspector saw, or
    /// by the first bytes.
    private ChannelHandler http(Worker worker, BoundChain chain, ClientConnection client, CountedConnection counted) {
        var http = chain.http();
        Function<Boolean, ChannelHandler> speaking = http2 -> {
            counted.speaks(http2);
            return http2
                    ? new Http2Handler(worker, chain, services, client)
                    : new Http1Handler(worker, chain, services, client);
        };
        return switch (http.codec().kind()) {
            case HTTP1 -> speaking.apply(false);
            case HTTP2 -> speaking.apply(true);
            case AUTO ->
                switch (client.protocol()) {
                    case "h2", "h2c" -> speaking.apply(true);
                    case "http/1.0", "http/1.1" -> speaking.apply(false);
                    default ->
                        new PrefaceSniffer(
                                worker,
                                http.limits().connections().idle(),
                                http.limits().requestHeaders(),
                                speaking);
                };
        };
    }

    private static void watchOpening(Step step, ClientConnection client) {
        if (step.arrival().opening() != Arrival.Opening.UNKNOWN
                && !client.peer().tls()) {
            var known = step.listener().serverFirst();
            step.channel()
                    .pipeline()
                    .addLast(new FirstSpeaker(
                            step.worker(), known, step.arrival().destination()));
        }
    }

    private static ClientConnection plaintext(Step step, BoundChain chain) {
        var arrival = step.arrival();
        var peer = new Peer(
                arrival.source(), arrival.direct(), arrival.destination(), false, Optional.empty(), Optional.empty());
        return new ClientConnection(
                peer,
                ForwardedCertificate.NONE,
                facts(step, chain, ConnectionTls.NONE),
                arrival.plaintextProtocol(),
                arrival.original(),
                arrival.kept());
    }

    private static ConnectionFacts facts(Step step, BoundChain chain, ConnectionTls tls) {
        return ConnectionFacts.ofClient(
                step.worker().connectionId(),
                chain.chain().name(),
                step.channel().localAddress(),
                tls);
    }

    private static ClientConnection encrypted(Step step, BoundChain chain, SslHandler tls) {
        var arrival = step.arrival();
        var certificate = chain.tls().flatMap(source -> source.client(tls));
        var principal = certificate.flatMap(ServerTlsSource.ClientCertificate::principal);
        var peer = new Peer(
                arrival.source(),
                arrival.direct(),
                arrival.destination(),
                true,
                principal,
                ServerName.of(tls.engine()));
        return new ClientConnection(
                peer,
                certificate.map(ServerTlsSource.ClientCertificate::forwarded).orElse(ForwardedCertificate.NONE),
                facts(step, chain, ConnectionTls.of(tls, () -> chain.tls().flatMap(ServerTlsSource::shown))),
                Optional.ofNullable(tls.applicationProtocol()).orElse(""),
                arrival.original(),
                arrival.kept());
    }
}
