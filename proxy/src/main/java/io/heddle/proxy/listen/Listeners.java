package io.heddle.proxy.listen;

import io.heddle.model.problem.Problem;
import io.heddle.proxy.config.ActiveConfig;
import io.heddle.proxy.exchange.ProxyServices;
import io.heddle.proxy.loop.EventLoops;
import io.heddle.proxy.loop.Worker;
import io.heddle.traffic.runtime.Listener;
import io.heddle.traffic.runtime.ListenerChain;
import io.heddle.traffic.runtime.RuntimeConfig;
import io.heddle.traffic.runtime.ServerTls;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.UnixChannelOption;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The listeners that are open: one server socket a listener and event loop.
///
/// Follows the configuration. New listeners are bound before it goes live, and before those that they replace are closed;
/// when one cannot be bound the configuration is refused. An unchanged listener is not touched, and neither are its
/// connections; one that changed in what it does with requests keeps its connections, and their next requests see the
/// change; one that changed in how it secures connections drains those. Called on one thread at a time, never on an
/// event loop.
///
/// Where sockets cannot share a port (no epoll), all connections come in on the first loop.
// A failed write or close shows as the end of its channel, which is handled.
@SuppressWarnings("FutureReturnValueIgnored")
public final class Listeners implements ActiveConfig.Follower {
    private final EventLoops loops;
    private final ProxyServices services;
    private final Function<ServerTls, ServerTlsSource> tls;
    private final Map<String, BoundListener> open = new LinkedHashMap<>();
    /// Bound for a configuration that is not live yet.
    private final Map<String, BoundListener> opened = new LinkedHashMap<>();

    private final List<BoundListener> leaving = new ArrayList<>();
    private boolean stopped;

    /// Nothing is open yet; the first configuration opens.
    public Listeners(EventLoops loops, ProxyServices services, Function<ServerTls, ServerTlsSource> tls) {
        this.loops = loops;
        this.services = services;
        this.tls = tls;
    }

    /// Binds the new listeners of `next`; connections to them wait until it is live.
    @Override
    public synchronized List<Problem> opening(RuntimeConfig next) {
        if (stopped) {
            return List.of();
        }
        var found = new ArrayList<Problem>();
        next.listeners().values().forEach(listener -> open(listener, found));
        return found;
    }

    @Override
    public synchronized void abandoned() {
        opened.values().forEach(BoundListener::close);
        opened.clear();
    }

    @Override
    public synchronized void swapped(RuntimeConfig previous, RuntimeConfig next) {
        if (stopped) {
            abandoned();
            return;
        }
        next.listeners().values().forEach(this::place);
        var gone = open.keySet().stream()
                .filter(name -> !next.listeners().containsKey(name))
                .toList();
        gone.forEach(name -> leave(open.remove(name)));
        leaving.removeIf(listener -> listener.open() == 0);
    }

    private void open(Listener listener, List<Problem> found) {
        if (needsServerName(listener)) {
            found.add(Problem.error(
                    "Listener " + listener.name(),
                    "filter_chains.filter_chain_match",
                    "chains cannot be chosen by server name or application protocol yet",
                    "choose them by transport_protocol"));
            return;
        }
        var current = open.get(listener.name());
        if (current != null && samePlace(current.listener(), listener)) {
            return;
        }
        var fresh = new BoundListener(listener, tls, services.drainTime());
        var refused = bind(fresh);
        if (refused.isPresent()) {
            fresh.close();
            found.add(Problem.error(
                    "Listener " + listener.name(),
                    "address",
                    listener.address() + ":" + listener.port() + " cannot be bound: " + refused.get(),
                    "free the address or configure another"));
            return;
        }
        opened.put(listener.name(), fresh);
    }

    private void place(Listener listener) {
        var current = open.get(listener.name());
        var fresh = opened.remove(listener.name());
        if (fresh != null) {
            open.put(listener.name(), fresh);
            fresh.begin();
            leave(current);
        } else if (current != null && !current.listener().equals(listener)) {
            current.update(listener);
        }
    }

    private static boolean needsServerName(Listener listener) {
        return listener.chains().stream()
                .map(ListenerChain::match)
                .anyMatch(match -> !match.serverNames().isEmpty()
                        || !match.applicationProtocols().isEmpty());
    }

    private static boolean samePlace(Listener one, Listener other) {
        return one.address().equals(other.address()) && one.port() == other.port();
    }

    private void leave(@Nullable BoundListener listener) {
        if (listener != null) {
            listener.close();
            leaving.add(listener);
        }
    }

    /// Opens the sockets; the reason when one cannot be.
    private Optional<String> bind(BoundListener bound) {
        var listener = bound.listener();
        int port = listener.port();
        var workers = loops.reusePort() ? loops.workers() : loops.workers().subList(0, 1);
        for (var worker : workers) {
            var binding = bootstrap(worker, bound, workers.size() > 1)
                    .bind(new InetSocketAddress(listener.address(), port))
                    .awaitUninterruptibly();
            if (!binding.isSuccess()) {
                return Optional.of(String.valueOf(binding.cause().getMessage()));
            }
            bound.opened(binding.channel());
            port = bound.address().getPort();
        }
        return Optional.empty();
    }

    private ServerBootstrap bootstrap(Worker worker, BoundListener bound, boolean shared) {
        var bootstrap = new ServerBootstrap()
                .group(worker.loop(), worker.loop())
                .channel(loops.serverChannel())
                .option(ChannelOption.SO_BACKLOG, 4096)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(new ListenerPipeline(worker, services, bound));
        return shared ? bootstrap.option(UnixChannelOption.SO_REUSEPORT, true) : bootstrap;
    }

    /// The address each open listener is really bound to, by its name.
    public synchronized Map<String, InetSocketAddress> addresses() {
        var addresses = new LinkedHashMap<String, InetSocketAddress>();
        open.forEach((name, bound) -> addresses.put(name, bound.address()));
        return Map.copyOf(addresses);
    }

    /// Closes the listeners that `which` chooses: nothing new is accepted, idle connections end, the others when they
    /// have answered what they have begun. The future completes when the last of them is gone.
    public synchronized CompletableFuture<Void> drain(Predicate<Listener> which) {
        var chosen = open.values().stream()
                .filter(bound -> which.test(bound.listener()))
                .toList();
        var done = new ArrayList<CompletableFuture<Void>>();
        for (var bound : chosen) {
            open.remove(bound.listener().name());
            leave(bound);
            var empty = new CompletableFuture<Void>();
            bound.whenEmpty(() -> empty.complete(null));
            done.add(empty);
        }
        return CompletableFuture.allOf(done.toArray(CompletableFuture[]::new));
    }

    /// No configuration opens anything any more: the proxy is on its way out.
    public synchronized void stop() {
        stopped = true;
    }

    /// Ends every listener and connection at once.
    public synchronized void abort() {
        stopped = true;
        abandoned();
        open.values().forEach(this::leave);
        open.clear();
        leaving.forEach(BoundListener::abort);
    }
}
