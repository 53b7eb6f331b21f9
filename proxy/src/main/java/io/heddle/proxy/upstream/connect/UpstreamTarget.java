package io.heddle.proxy.upstream.connect;

import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.resilience.CircuitBreaker;
import io.heddle.traffic.resilience.CircuitBreaker.Resource;
import io.heddle.traffic.resilience.ClusterLoad;
import io.heddle.traffic.resilience.ConnectionCounts.Figure;
import io.heddle.traffic.resilience.RoutingPriority;
import io.heddle.traffic.resilience.health.OutlierMonitor;
import io.heddle.traffic.resilience.health.UnreachableHosts;
import io.heddle.traffic.resilience.health.UnreachablePolicy;
import io.heddle.traffic.runtime.ClientTls;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.ConnectionLimits;
import io.heddle.traffic.runtime.Http1Options;
import io.heddle.traffic.runtime.Http2Options;
import io.heddle.traffic.runtime.ResponseLimits;
import java.time.Duration;
import java.util.Optional;

/// Where connections to a host go and how they are made. Kept as it is while none of this changes.
///
/// @param host the host
/// @param address its address
/// @param transport what its cluster has for it
/// @param source makes TLS handlers by that
/// @param cluster its cluster, as configured
/// @param load its cluster's
/// @param priority whose connections these are
/// @param outliers hears of what becomes of requests there, where its cluster looks for outliers
public record UpstreamTarget(
        Host host,
        HostAddress address,
        Cluster.Transport transport,
        Optional<ClientTlsSource> source,
        Cluster cluster,
        ClusterLoad load,
        RoutingPriority priority,
        Optional<OutlierMonitor> outliers) {
    private static final UnreachableHosts UNREACHABLE = new UnreachableHosts(UnreachablePolicy.DEFAULT);

    /// One whose cluster does not look for outliers.
    public UpstreamTarget(
            Host host,
            HostAddress address,
            Cluster.Transport transport,
            Optional<ClientTlsSource> source,
            Cluster cluster,
            ClusterLoad load) {
        this(host, address, transport, source, cluster, load, RoutingPriority.DEFAULT, Optional.empty());
    }

    /// The same host for requests of high priority.
    public UpstreamTarget forHighPriority() {
        return new UpstreamTarget(host, address, transport, source, cluster, load, RoutingPriority.HIGH, outliers);
    }

    /// The breaker of its priority.
    public CircuitBreaker breaker() {
        return load.breaker(priority);
    }

    /// Counts one more connection; false, and nothing counted, when there are as many as there may be. Each success
    /// needs one [#disconnected].
    public boolean tryConnect() {
        if (host.state().connections() >= load.connectionsPerHost()
                || !breaker().tryAcquire(Resource.CONNECTIONS)) {
            load.connections().count(Figure.OVERFLOW);
            return false;
        }
        begun();
        return true;
    }

    /// Counts one more connection, however many there are. Needs one [#disconnected], too.
    public void connectAnyway() {
        if (breaker().remaining(Resource.CONNECTIONS) == 0) {
            load.connections().count(Figure.OVERFLOW);
        }
        breaker().acquire(Resource.CONNECTIONS);
        begun();
    }

    private void begun() {
        host.state().connect();
        load.connections().count(Figure.TOTAL);
    }

    /// A connection that was counted is no more; `here` tells that this side has ended it.
    void disconnected(boolean here) {
        breaker().release(Resource.CONNECTIONS);
        host.state().disconnect();
        load.connections().ended(here);
    }

    /// A request that has waited for a connection goes on, or fails.
    public void waited() {
        breaker().release(Resource.PENDING);
    }

    /// A request that waits for a connection is given up.
    public void cancelled() {
        waited();
        load.connections().count(Figure.CANCELLED);
    }

    /// A connection stands, at `now`; `whole` tells that nothing more will be known of it.
    void connected(boolean whole, long now) {
        host.state().reached(true);
        if (outliers.isPresent()) {
            if (whole) {
                outliers.get().connected(true, now); // else each stream says so
            }
        } else {
            UNREACHABLE.connected(host.state());
        }
    }

    /// No connection could be made, at `now`.
    public void unreachable(boolean timedOut, long now) {
        host.state().reached(false);
        if (outliers.isEmpty()) {
            UNREACHABLE.connectFailed(host.state(), now);
        } else if (timedOut) {
            outliers.get().timedOut(now);
        } else {
            outliers.get().failed(now);
        }
    }

    /// How connections are secured; empty for plain ones.
    public Optional<ClientTls> tls() {
        return transport.tls();
    }

    /// Whether connections begin with a PROXY header.
    public boolean announces() {
        return transport.announcement() != Cluster.Announcement.NONE;
    }

    /// For a connection, TLS included.
    Duration connectTimeout() {
        return cluster.connectTimeout();
    }

    /// What is spoken there.
    public Cluster.Protocol protocol() {
        return cluster.protocol();
    }

    /// How HTTP/1.1 is spoken there.
    public Http1Options http1() {
        return cluster.http1();
    }

    /// How HTTP/2 is spoken there.
    public Http2Options http2() {
        return cluster.http2();
    }

    /// How long connections are used.
    public ConnectionLimits limits() {
        return cluster.connections();
    }

    /// How much of an answer is taken there.
    public ResponseLimits answers() {
        return cluster.responses();
    }

    /// Whether connections made for `other` serve this one too.
    public boolean sameConnections(UpstreamTarget other) {
        return sameWay(other) && outliers.equals(other.outliers);
    }

    /// Whether connections to both are made alike, whoever hears of them.
    public boolean sameWay(UpstreamTarget other) {
        return tls().equals(other.tls())
                && transport.announcement() == other.transport.announcement()
                && cluster.opening().equals(other.cluster.opening())
                && address.serves(other.address)
                && protocol() == other.protocol()
                && http1().equals(other.http1())
                && http2().equals(other.http2())
                && limits().equals(other.limits())
                && answers().equals(other.answers());
    }
}
