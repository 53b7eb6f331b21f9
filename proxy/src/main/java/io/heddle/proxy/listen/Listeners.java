package io.heddle.proxy.listen;

import io.heddle.model.problem.Problem;
import io.heddle.proxy.config.ActiveConfig;
import io.heddle.proxy.exchange.ProxyServices;
import io.heddle.proxy.loop.EventLoops;
import io.heddle.proxy.observe.DownstreamStats;
import io.heddle.traffic.runtime.Listener;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.traffic.runtime.RuntimeConfig;
import io.heddle.traffic.runtime.ServerTls;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The listeners that are open: one server socket a listener and event loop.
///
/// Follows the configuration. New listeners are bound before it goes live, and before those that they replace are
/// closed; when one cannot be bound the configuration is refused. An unchanged listener is not touched, and neither
/// are its connections; one that changed in what it does with requests keeps its connections, and their next
/// requests see the change; one that changed in how it secures connections drains those. Called on one thread at a
/// time, never on an event loop.
///
/// Where sockets cannot share a port (no epoll), all connections come in on the first loop.
// A failed write or close shows as the end of its channel, which is handled.
@SuppressWarnings("FutureReturnValueIgnored")
public final class Listeners implements ActiveConfig.Follower {
    private static final Logger log = LoggerFactory.getLogger(Listeners.class);

    private static final InetAddress EVERY_IPV4 = InetAddress.ofLiteral("0.0.0.0");
    private static final InetAddress EVERY_IPV6 = InetAddress.ofLiteral("::");

    private final SocketOpener opener;
    private final ConnectionCount count;
    private final Function<ServerTls, ServerTlsSource> tls;
    private final Duration drainTime;
    private final Map<String, BoundListener> open = new LinkedHashMap<>();
    /// Bound for a configuration that is not live yet.
    private final Map<String, BoundListener> opened = new LinkedHashMap<>();

    private final List<BoundListener> leaving = new ArrayList<>();
    private RuntimeConfig live = RuntimeConfig.EMPTY;
    private final Map<String, DownstreamStats> managers = new ConcurrentHashMap<>();
    private final ListenerChanges changes = new ListenerChanges();
    private volatile Map<InetSocketAddress, BoundListener> destinations = Map.of();
    private Predicate<Listener> drained = _ -> false;
    private Predicate<Listener> dissuaded = _ -> false;
    private boolean stopped;

    /// Nothing is open yet; the first configuration opens. Clients may have at most `most` connections at once over all
    /// listeners.
    public Listeners(EventLoops loops, ProxyServices services, Function<ServerTls, ServerTlsSource> tls, long most) {
        this.tls = tls;
        this.drainTime = services.drainTime();
        this.count = new ConnectionCount(most);
        this.opener = new SocketOpener(loops, new ListenerPipeline(services, this::at), count);
    }

    /// Binds the new listeners of `next`; connections to them wait until it is live.
    @Override
    public synchronized List<Problem> opening(RuntimeConfig next) {
        if (stopped) {
            return List.of();
        }
        var found = new ArrayList<Problem>();
        next.listeners().values().stream().filter(drained.negate()).forEach(listener -> open(listener, found));
        return found;
    }

    @Override
    public synchronized void abandoned() {
        opened.values().forEach(BoundListener::close);
        opened.clear();
    }

    @Override
    public synchronized void preparing(RuntimeConfig next) {
        Stream.of(open.values(), leaving)
                .flatMap(Collection::stream)
                .flatMap(bound -> bound.chains().stream())
                .forEach(chain -> chain.prepare(live, next));
        live = next;
    }

    @Override
    public synchronized void swapped(RuntimeConfig previous, RuntimeConfig next) {
        if (stopped) {
            abandoned();
            return;
        }
        next.listeners().values().stream().filter(drained.negate()).forEach(this::place);
        dissuadeChosen();
        var gone = open.keySet().stream()
                .filter(name -> !next.listeners().containsKey(name))
                .toList();
        gone.forEach(name -> {
            changes.count(ListenerChanges.Figure.REMOVED);
            leave(open.remove(name));
        });
        route();
        leaving.removeIf(listener -> listener.open() == 0);
        managers.keySet().retainAll(statPrefixes());
    }

    private void open(Listener listener, List<Problem> found) {
        found.addAll(opener.sourceProblems(listener));
        var current = open.get(listener.name());
        if (current != null && current.listener().addresses().equals(listener.addresses())) {
            if (!current.listener().sockets().sameSocket(listener.sockets())) {
                found.add(Problem.error(
                        "Listener " + listener.name(),
                        "address",
                        "socket options of an open listener cannot change",
                        "give it another address, or restart the proxy"));
            }
            return;
        }
        var fresh = new BoundListener(listener, tls, this::manager, drainTime);
        var refused = opener.open(fresh);
        if (refused.isPresent()) {
            changes.count(ListenerChanges.Figure.NOT_CREATED);
            fresh.close();
            found.add(Problem.error(
                    "Listener " + listener.name(), "address", refused.get(), "free the address or configure another"));
            return;
        }
        changes.count(ListenerChanges.Figure.CREATED);
        opened.put(listener.name(), fresh);
    }

    private DownstreamStats manager(String statPrefix) {
        return managers.computeIfAbsent(statPrefix, _ -> new DownstreamStats());
    }

    private void place(Listener listener) {
        var current = open.get(listener.name());
        var fresh = opened.remove(listener.name());
        if (fresh != null) {
            changes.count(current == null ? ListenerChanges.Figure.ADDED : ListenerChanges.Figure.MODIFIED);
            open.put(listener.name(), fresh);
            fresh.begin();
            leave(current);
        } else if (current != null && !current.listener().equals(listener)) {
            changes.count(ListenerChanges.Figure.MODIFIED);
            changes.count(ListenerChanges.Figure.IN_PLACE);
            current.update(listener);
        }
    }

    private void leave(@Nullable BoundListener listener) {
        if (listener != null) {
            listener.close();
            leaving.add(listener);
        }
    }

    /// Whom redirected connections are handed off to. Read by the event loops.
    private void route() {
        var places = new HashMap<InetSocketAddress, BoundListener>();
        open.values().forEach(bound -> bound.destinations().forEach(place -> places.putIfAbsent(place, bound)));
        destinations = Map.copyOf(places);
    }

    /// The listener of exactly this address, or of this port on all addresses.
    private Optional<BoundListener> at(InetSocketAddress destination) {
        var current = destinations;
        var exact = current.get(destination);
        if (exact != null) {
            return Optional.of(exact);
        }
        var every = destination.getAddress() instanceof Inet4Address ? EVERY_IPV4 : EVERY_IPV6;
        return Optional.ofNullable(current.get(new InetSocketAddress(every, destination.getPort())));
    }

    /// The address each open listener is really bound to, by its name.
    public synchronized Map<String, InetSocketAddress> addresses() {
        var addresses = new LinkedHashMap<String, InetSocketAddress>();
        open.forEach((name, bound) -> {
            if (bound.listener().sockets().bound()) {
                addresses.put(name, bound.address());
            }
        });
        return Map.copyOf(addresses);
    }

    /// What happened at each open listener, by its `stat_prefix` or its address, `:` written `_` as in Envoy.
    public synchronized Map<String, ListenerStats> stats() {
        var stats = new TreeMap<String, ListenerStats>();
        for (var bound : open.values()) {
            var listener = bound.listener();
            var address = listener.address() + "_" + bound.address().getPort();
            stats.put(
                    listener.statPrefix().isEmpty() ? address.replace(':', '_') : listener.statPrefix(), bound.stats());
        }
        return stats;
    }

    /// The `stat_prefix`es of the connection managers of listeners that are open, and of those that have connections
    /// yet.
    public synchronized Set<String> statPrefixes() {
        var prefixes = new HashSet<String>();
        Stream.of(open.values(), leaving)
                .flatMap(Collection::stream)
                .flatMap(bound -> bound.chains().stream())
                .forEach(chain -> {
                    if (chain.filter() instanceof NetworkFilter.Http http) {
                        prefixes.add(http.statPrefix());
                    }
                });
        return prefixes;
    }

    /// What became of the connections of each of these.
    public synchronized Map<String, DownstreamStats> managers() {
        var told = new TreeMap<>(managers);
        told.keySet().retainAll(statPrefixes());
        return told;
    }

    /// How often listeners came, changed and went.
    public ListenerChanges changes() {
        return changes;
    }

    /// How many listeners have gone and have connections yet.
    public synchronized long draining() {
        return leaving.stream().filter(listener -> listener.open() > 0).count();
    }

    /// How many chains of open listeners have gone and have connections yet.
    public synchronized long drainingChains() {
        return open.values().stream().mapToLong(BoundListener::draining).sum();
    }

    /// Accepts new connections, or leaves them waiting in the kernel, but for listeners that bypass overload.
    public synchronized void accept(boolean wanted) {
        open.values()
                .forEach(bound ->
                        bound.accept(wanted || bound.listener().sockets().bypassesOverload()));
    }

    /// How many connections clients have open.
    public long connections() {
        return count.open();
    }

    /// Closes the listeners that `which` chooses, and opens none of them that a later configuration has: nothing new
    /// is accepted, idle connections end, the others when they have answered what they have begun. The future
    /// completes when the last of them is gone.
    public synchronized CompletableFuture<Void> drain(Predicate<Listener> which) {
        drained = drained.or(which);
        var chosen = open.values().stream()
                .filter(bound -> which.test(bound.listener()))
                .toList();
        var done = new ArrayList<CompletableFuture<Void>>();
        for (var bound : chosen) {
            open.remove(bound.listener().name());
            route();
            leave(bound);
            var empty = new CompletableFuture<Void>();
            bound.whenEmpty(() -> empty.complete(null));
            done.add(empty);
        }
        return CompletableFuture.allOf(done.toArray(CompletableFuture[]::new));
    }

    /// Has the listeners that `which` chooses, of this configuration and of later ones, tell their clients with each
    /// answer that the connection ends. They go on to accept.
    public synchronized void dissuade(Predicate<Listener> which) {
        dissuaded = dissuaded.or(which);
        dissuadeChosen();
    }

    private void dissuadeChosen() {
        open.values().stream().filter(bound -> dissuaded.test(bound.listener())).forEach(BoundListener::dissuade);
    }

    /// Ends every listener and connection at once.
    public synchronized void abort() {
        stopped = true;
        if (connections() > 0) {
            log.atInfo().addKeyValue("open", connections()).log("connections are cut");
        }
        abandoned();
        open.values().forEach(this::leave);
        open.clear();
        leaving.forEach(BoundListener::abort);
    }
}
