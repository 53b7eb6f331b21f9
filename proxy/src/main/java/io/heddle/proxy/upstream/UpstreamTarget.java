package io.heddle.proxy.upstream;

import io.heddle.traffic.balance.Host;
import io.heddle.traffic.resilience.CircuitBreaker;
import io.heddle.traffic.runtime.ClientTls;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.ConnectionLimits;
import io.heddle.traffic.runtime.Http2Options;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;

/// Where connections to a host go and how they are made. Kept as it is while none of this changes.
///
/// @param host the host
/// @param address its address
/// @param tls the TLS settings its cluster has for it
/// @param source makes TLS handlers by them
/// @param connectTimeout for a connection, TLS included
/// @param protocol what is spoken there
/// @param http2 how HTTP/2 is spoken there
/// @param limits how long connections are used
/// @param breaker its cluster's
record UpstreamTarget(
        Host host,
        InetSocketAddress address,
        Optional<ClientTls> tls,
        Optional<ClientTlsSource> source,
        Duration connectTimeout,
        Cluster.Protocol protocol,
        Http2Options http2,
        ConnectionLimits limits,
        CircuitBreaker breaker) {

    /// Whether connections made for `other` serve this one too.
    boolean sameConnections(UpstreamTarget other) {
        return tls.equals(other.tls)
                && address.equals(other.address)
                && protocol == other.protocol
                && http2.equals(other.http2)
                && limits.equals(other.limits);
    }
}
