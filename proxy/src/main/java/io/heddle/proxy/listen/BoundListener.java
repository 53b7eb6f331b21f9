package io.heddle.proxy.listen;

import io.heddle.proxy.downstream.ConnectionSignal;
import io.heddle.proxy.observe.DownstreamStats;
import io.heddle.traffic.request.Trace;
import io.heddle.traffic.runtime.ChainIndex;
import io.heddle.traffic.runtime.ConnectionInfo;
import io.heddle.traffic.runtime.Listener;
import io.heddle.traffic.runtime.ListenerChain;
import io.heddle.traffic.runtime.ServerTls;
import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;

/// A listener that is open: its server sockets, its chains, its connections. Accepts nothing before [#begin]. Changed
/// by one thread at a time, read by the event loops.
// A failed write or close shows as the end of its channel, which is handled.
@SuppressWarnings("FutureReturnValueIgnored")
final class BoundListener {
    private static final AttributeKey<BoundChain> CHAIN = AttributeKey.valueOf("heddle.chain");
    private static final AttributeKey<BoundListener> OWNER = AttributeKey.valueOf("heddle.listener");

    private final Function<ServerTls, ServerTlsSource> tls;
    private final Function<String, DownstreamStats> managers;
    private final ChannelGroup connections = new DefaultChannelGroup(ImmediateEventExecutor.INSTANCE);
    private final List<Channel> sockets = new ArrayList<>();
    private final Duration drainTime;
    private final ListenerStats stats = new ListenerStats();
    private final ServerFirst serverFirst = new ServerFirst();
    private volatile Listener listener;
    private volatile Chains chains;
    /// Chains that went away and may have connections yet.
    private volatile List<BoundChain> left = List.of();

    /// `managers` is where the connections of connection managers count, by their `stat_prefix`.
    BoundListener(
            Listener listener,
            Function<ServerTls, ServerTlsSource> tls,
            Function<String, DownstreamStats> managers,
            Duration drainTime) {
        this.listener = listener;
        this.managers = managers;
        this.drainTime = drainTime;
        this.tls = tls;
        this.chains = Chains.NONE;
    }

    /// Its configuration is live: accepts connections, also those that have been waiting.
    void begin() {
        chains = Chains.of(
                listener,
                listener.chains().stream().map(this::bind).toList(),
                listener.otherwise().map(this::bind));
        sockets.forEach(socket -> socket.config().setAutoRead(true));
    }

    /// Accepts new connections, or leaves them waiting. Done on the event loop: from elsewhere one more is
    /// accepted.
    void accept(boolean wanted) {
        sockets.forEach(
                socket -> socket.eventLoop().execute(() -> socket.config().setAutoRead(wanted)));
    }

    /// The chains and how one is chosen.
    private record Chains(ChainIndex index, List<BoundChain> matched, Optional<BoundChain> otherwise) {
        static final Chains NONE = new Chains(ChainIndex.of(List.of()), List.of(), Optional.empty());

        static Chains of(Listener listener, List<BoundChain> matched, Optional<BoundChain> otherwise) {
            var matches = listener.chains().stream().map(ListenerChain::match).toList();
            return new Chains(ChainIndex.of(matches), matched, otherwise);
        }

        List<BoundChain> all() {
            return Stream.concat(matched.stream(), otherwise.stream()).toList();
        }
    }

    DownstreamStats manager(String statPrefix) {
        return managers.apply(statPrefix);
    }

    private BoundChain bind(ListenerChain chain) {
        return new BoundChain(this, chain, chain.tls().map(tls));
    }

    Listener listener() {
        return listener;
    }

    void opened(Channel socket) {
        sockets.add(socket);
    }

    /// The main address as it is really bound; as it is configured where nothing is bound.
    InetSocketAddress address() {
        return sockets.isEmpty()
                ? new InetSocketAddress(InetAddress.ofLiteral(listener.address()), listener.port())
                : (InetSocketAddress) sockets.getFirst().localAddress();
    }

    /// Every address that connections may be handed off to.
    Set<InetSocketAddress> destinations() {
        var all = new LinkedHashSet<InetSocketAddress>();
        sockets.forEach(socket -> all.add((InetSocketAddress) socket.localAddress()));
        listener.addresses()
                .forEach(address ->
                        all.add(new InetSocketAddress(InetAddress.ofLiteral(address.host()), address.port())));
        return all;
    }

    ListenerStats stats() {
        return stats;
    }

    ServerFirst serverFirst() {
        return serverFirst;
    }

    /// Whether what goes to `destination` may be TLS that ends here.
    boolean endsTls(InetSocketAddress destination) {
        return chains.all().stream()
                .map(BoundChain::chain)
                .anyMatch(chain -> chain.tls().isPresent()
                        && chain.match().mayTakeTls()
                        && chain.match().takesDestination(destination));
    }

    /// What it does with connections: with new ones, and with those whose chain has gone away.
    List<BoundChain> chains() {
        return Stream.concat(chains.all().stream(), left.stream().filter(BoundChain::isUsed))
                .toList();
    }

    /// The chain for a new connection.
    Optional<BoundChain> chain(ConnectionInfo info) {
        var current = chains;
        int found = current.index().find(info, Trace.OFF);
        return found == ChainIndex.NONE
                ? current.otherwise()
                : Optional.of(current.matched().get(found));
    }

    /// A new connection, on its event loop.
    void accepted(Channel connection) {
        owns(connection);
        connection.closeFuture().addListener(_ -> {
            var owner = connection.attr(OWNER).get();
            if (owner != null) {
                owner.left();
            }
        });
    }

    /// Takes over a connection that `other` owned, on its event loop.
    void takes(Channel connection, BoundListener other) {
        other.connections.remove(connection);
        other.left();
        owns(connection);
    }

    private void owns(Channel connection) {
        connection.attr(OWNER).set(this);
        stats.count(ListenerStats.Figure.TOTAL);
        stats.count(ListenerStats.Figure.ACTIVE);
        connections.add(connection);
    }

    private void left() {
        stats.uncount(ListenerStats.Figure.ACTIVE);
        stats.count(ListenerStats.Figure.DESTROYED);
    }

    /// The connection is handled by `chain`, which may have gone away while the connection was looked at. On its event
    /// loop.
    void assigned(Channel connection, BoundChain chain) {
        connection.attr(CHAIN).set(chain);
        if (chain.draining()) {
            closeLater(connection);
        }
    }

    private void closeLater(Channel connection) {
        connection.eventLoop().schedule(() -> connection.close(), drainTime.toNanos(), TimeUnit.NANOSECONDS);
    }

    /// Goes on as `next`, which listens at the same place. Connections whose chain has no successor are drained.
    void update(Listener next) {
        var gone = new ArrayList<>(chains.all());
        var matched =
                next.chains().stream().map(chain -> successor(chain, gone)).toList();
        var otherwise = next.otherwise().map(chain -> successor(chain, gone));
        left = Stream.concat(left.stream().filter(BoundChain::isUsed), gone.stream())
                .toList();
        listener = next;
        chains = Chains.of(next, matched, otherwise);
        drain(gone);
    }

    /// The chain of `others` that `chain` continues, taken out of it, or a new one.
    private BoundChain successor(ListenerChain chain, List<BoundChain> others) {
        var same = others.stream().filter(bound -> bound.carriesOver(chain)).findFirst();
        same.ifPresent(bound -> {
            bound.update(chain);
            others.remove(bound);
        });
        return same.orElseGet(() -> bind(chain));
    }

    /// Asks the connections of chains that went away to end. What goes on after the time to drain is closed: a relay of
    /// bytes knows no good moment of its own.
    private void drain(List<BoundChain> gone) {
        if (gone.isEmpty()) {
            return;
        }
        gone.forEach(BoundChain::drain);
        for (var connection : connections) {
            connection.eventLoop().execute(() -> {
                if (gone.contains(connection.attr(CHAIN).get())) {
                    connection.pipeline().fireUserEventTriggered(ConnectionSignal.DRAIN);
                    closeLater(connection);
                }
            });
        }
    }

    /// Each answer from now on ends its connection.
    void dissuade() {
        chains.all().forEach(BoundChain::drain);
    }

    /// Accepts nothing more; what is under way goes on.
    void close() {
        sockets.forEach(BoundListener::close);
        drain(chains.all());
    }

    private static void close(Channel socket) {
        if (socket.isRegistered()) {
            socket.close().syncUninterruptibly();
        } else {
            socket.unsafe().closeForcibly();
        }
    }

    /// Ends every connection at once.
    void abort() {
        connections.close();
    }

    /// How many chains went away and have connections yet.
    long draining() {
        return left.stream().filter(BoundChain::isUsed).count();
    }

    /// How many connections are open.
    int open() {
        return connections.size();
    }

    /// Runs `done` on some thread when the last connection has ended.
    void whenEmpty(Runnable done) {
        connections.newCloseFuture().addListener(_ -> done.run());
    }
}
