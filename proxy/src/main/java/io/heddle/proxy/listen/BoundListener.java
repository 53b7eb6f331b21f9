package io.heddle.proxy.listen;

import io.heddle.proxy.downstream.ConnectionSignal;
import io.heddle.traffic.runtime.Listener;
import io.heddle.traffic.runtime.ListenerChain;
import io.heddle.traffic.runtime.ServerTls;
import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/// A listener that is open: its server sockets, its chains, its connections. Accepts nothing before [#begin]. Changed by one thread at a time, read by
/// the event loops.
// A failed write or close shows as the end of its channel, which is handled.
@SuppressWarnings("FutureReturnValueIgnored")
final class BoundListener {
    private static final AttributeKey<BoundChain> CHAIN = AttributeKey.valueOf("heddle.chain");

    private final Function<ServerTls, ServerTlsSource> tls;
    private final ChannelGroup connections = new DefaultChannelGroup(ImmediateEventExecutor.INSTANCE);
    private final List<Channel> sockets = new ArrayList<>();
    private final Duration drainTime;
    private volatile Listener listener;
    private volatile List<BoundChain> chains;

    BoundListener(Listener listener, Function<ServerTls, ServerTlsSource> tls, Duration drainTime) {
        this.listener = listener;
        this.drainTime = drainTime;
        this.tls = tls;
        this.chains = List.of();
    }

    /// Its configuration is live: accepts connections, also those that have been waiting.
    void begin() {
        chains = listener.chains().stream().map(this::bind).toList();
        sockets.forEach(socket -> socket.config().setAutoRead(true));
    }

    private BoundChain bind(ListenerChain chain) {
        return new BoundChain(listener.name(), chain, chain.tls().map(tls));
    }

    Listener listener() {
        return listener;
    }

    void opened(Channel socket) {
        sockets.add(socket);
    }

    InetSocketAddress address() {
        return (InetSocketAddress) sockets.get(0).localAddress();
    }

    /// The chain for a new connection.
    Optional<BoundChain> chain(String transport) {
        var current = chains;
        return current.stream()
                .filter(bound -> bound.chain().match().transport().equals(transport))
                .findFirst()
                .or(() -> current.stream()
                        .filter(bound -> bound.chain().match().transport().isEmpty())
                        .findFirst());
    }

    void accepted(Channel connection) {
        connections.add(connection);
    }

    /// The connection is handled by `chain`.
    void assigned(Channel connection, BoundChain chain) {
        connection.attr(CHAIN).set(chain);
    }

    /// Goes on as `next`, which listens at the same place. Connections whose chain has no successor are drained.
    void update(Listener next) {
        var before = chains;
        var left = new ArrayList<>(before);
        var after = new ArrayList<BoundChain>();
        for (var chain : next.chains()) {
            var same = left.stream().filter(bound -> bound.carriesOver(chain)).findFirst();
            same.ifPresent(bound -> {
                bound.update(chain);
                left.remove(bound);
            });
            after.add(same.orElseGet(() -> bind(chain)));
        }
        listener = next;
        chains = List.copyOf(after);
        drain(left);
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
                    connection
                            .eventLoop()
                            .schedule(() -> connection.close(), drainTime.toNanos(), TimeUnit.NANOSECONDS);
                }
            });
        }
    }

    /// Accepts nothing more; what is under way goes on.
    void close() {
        sockets.forEach(socket -> socket.close().syncUninterruptibly());
        drain(chains);
    }

    /// Ends every connection at once.
    void abort() {
        connections.close();
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
