package io.heddle.proxy.listen;

import io.heddle.proxy.exchange.LiveChain;
import io.heddle.proxy.observe.DownstreamStats;
import io.heddle.traffic.layer.RuntimeSnapshot;
import io.heddle.traffic.runtime.ListenerChain;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.traffic.runtime.RuntimeConfig;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/// A listener's chain as its connections see it: what it does with requests may change under them, how they are secured
/// may not.
final class BoundChain implements LiveChain {
    private final BoundListener owner;
    private final Optional<ServerTlsSource> tls;
    private ListenerChain configured;
    private volatile ListenerChain chain;
    private volatile DownstreamStats manager;
    private final AtomicLong connections = new AtomicLong();
    private volatile boolean draining;

    BoundChain(BoundListener owner, ListenerChain chain, Optional<ServerTlsSource> tls) {
        this.owner = owner;
        this.configured = chain;
        this.chain = chain;
        this.tls = tls;
        this.manager = owner.manager(chain.filter().statPrefix());
    }

    /// Whether connections made under this chain may live on under `next`.
    boolean carriesOver(ListenerChain next) {
        var now = configured;
        return now.match().equals(next.match())
                && now.tls().equals(next.tls())
                && now.access().equals(next.access())
                && sameKind(now.filter(), next.filter());
    }

    private static boolean sameKind(NetworkFilter one, NetworkFilter other) {
        return switch (one) {
            case NetworkFilter.Http _ -> other instanceof NetworkFilter.Http;
            case NetworkFilter.Tcp tcp -> tcp.equals(other);
        };
    }

    /// Counts a connection in; false, and not counted, when the chain has as many as it may.
    boolean enter(RuntimeSnapshot runtime) {
        var limit = chain.limit();
        if (connections.incrementAndGet()
                <= limit.map(found -> found.most(runtime)).orElse(Long.MAX_VALUE)) {
            return true;
        }
        connections.decrementAndGet();
        return false;
    }

    /// Whether it has connections.
    boolean isUsed() {
        return connections.get() > 0;
    }

    /// Counts a connection out.
    void leave() {
        connections.decrementAndGet();
    }

    void update(ListenerChain next) {
        configured = next;
        manager = owner.manager(next.filter().statPrefix());
        chain = next;
    }

    /// Gets ready for `next`, which is about to take the place of `live`. A route table that `next` has no
    /// more is kept: until the chain is told of what takes its place, or for as long as it drains, requests
    /// are routed as before.
    void prepare(RuntimeConfig live, RuntimeConfig next) {
        if (configured.filter() instanceof NetworkFilter.Http http
                && http.routes() instanceof NetworkFilter.RouteSource.Named(String name)) {
            if (next.routes().containsKey(name)) {
                chain = configured;
                return;
            }
            Optional.ofNullable(live.routes().get(name))
                    .ifPresent(
                            table -> chain = configured.with(http.with(new NetworkFilter.RouteSource.Inline(table))));
        }
    }

    void drain() {
        draining = true;
    }

    /// Where the connections of its connection manager count.
    DownstreamStats manager() {
        return manager;
    }

    ListenerChain chain() {
        return chain;
    }

    Optional<ServerTlsSource> tls() {
        return tls;
    }

    @Override
    public String listener() {
        return owner.listener().name();
    }

    @Override
    public NetworkFilter filter() {
        return chain.filter();
    }

    @Override
    public boolean draining() {
        return draining;
    }

    @Override
    public boolean bypassesOverload() {
        return owner.listener().sockets().bypassesOverload();
    }
}
