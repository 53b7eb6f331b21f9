package io.heddle.proxy.upstream.pool;

import io.heddle.proxy.http2.Http2Counters;
import io.heddle.proxy.loop.EventLoops;
import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.upstream.connect.BindErrors;
import io.heddle.proxy.upstream.connect.ConnectionOrigin;
import io.heddle.proxy.upstream.connect.RawConnector;
import io.heddle.proxy.upstream.connect.UpstreamTarget;
import io.heddle.traffic.balance.host.HostState;
import io.heddle.traffic.grpc.GrpcMethods;
import io.heddle.traffic.resilience.RoutingPriority;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The pools of one event loop, one a host; one more for its requests of high priority, and one more for the
/// connections to it that come from clients' addresses, whatever their priority.
public final class HostPools {
    private final Worker worker;
    private final EventLoops loops;
    private final Http2Counters counters;
    private final BindErrors bindErrors;
    private final GrpcMethods calls;
    private final IdentityHashMap<HostState, ConnectionPool> pools = new IdentityHashMap<>();
    private final IdentityHashMap<HostState, ConnectionPool> high = new IdentityHashMap<>();
    private final IdentityHashMap<HostState, ConnectionPool> sourced = new IdentityHashMap<>();

    /// The pools of one event loop.
    public HostPools(
            Worker worker, EventLoops loops, Http2Counters counters, BindErrors bindErrors, GrpcMethods calls) {
        this.worker = worker;
        this.loops = loops;
        this.counters = counters;
        this.bindErrors = bindErrors;
        this.calls = calls;
    }

    /// Where the proxy's own gRPC calls count.
    public GrpcMethods calls() {
        return calls;
    }

    /// Asks for a connection to `target`.
    public void acquire(UpstreamTarget target, ConnectionTicket ticket) {
        boolean own = ticket.originator().source().isEmpty();
        if (own && ticket.priority() == RoutingPriority.HIGH) {
            pool(target.forHighPriority(), high, true).acquire(ticket);
            return;
        }
        pool(target, own ? pools : sourced, own).acquire(ticket);
    }

    /// A request to `target` is expected.
    public void expect(UpstreamTarget target) {
        pool(target, pools, true).expect();
    }

    /// The pool for `target` in `places`. One whose connections do not serve it any more, as TLS changed, makes room
    /// for a new one.
    private ConnectionPool pool(UpstreamTarget target, IdentityHashMap<HostState, ConnectionPool> places, boolean own) {
        var pool = places.get(target.host().state());
        if (pool != null && pool.serves(target)) {
            return pool;
        }
        if (pool != null) {
            pool.retire();
        }
        var fresh = own && !target.announces()
                ? pool(connector(target, ConnectionOrigin.ANYBODY))
                : new ClientPools(target, origin -> pool(connector(target, origin)), worker::now);
        places.put(target.host().state(), fresh);
        return fresh;
    }

    /// A pool of its own for `target`, of HTTP/2 or of HTTP/1.1.
    public ConnectionPool fresh(UpstreamTarget target, boolean http2) {
        var connector = connector(target, ConnectionOrigin.ANYBODY);
        return http2 ? new Http2Pool(connector, worker, counters) : new Http1Pool(connector, worker);
    }

    /// What makes connections to `target` that have `origin`.
    public RawConnector connector(UpstreamTarget target, ConnectionOrigin origin) {
        return new RawConnector(worker, loops, target, origin, bindErrors);
    }

    private ConnectionPool pool(RawConnector connector) {
        return switch (connector.target().protocol()) {
            case HTTP1 -> new Http1Pool(connector, worker);
            case HTTP2 -> new Http2Pool(connector, worker, counters);
            case AUTO -> new AutoPool(connector, worker, counters);
            case DOWNSTREAM -> new SameProtocolPool(connector, worker, counters);
        };
    }

    /// These hosts are gone. Safe on any thread.
    public void retire(List<HostState> gone) {
        worker.loop()
                .execute(() -> gone.forEach(state -> {
                    retire(pools.remove(state));
                    retire(high.remove(state));
                    retire(sourced.remove(state));
                }));
    }

    private static void retire(@Nullable ConnectionPool pool) {
        if (pool != null) {
            pool.retire();
        }
    }
}
