package io.heddle.traffic.runtime;

import io.heddle.traffic.balance.BalancerPolicy;
import io.heddle.traffic.balance.EndpointSet;
import io.heddle.traffic.resilience.BreakerLimits;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A set of endpoints that answer the same requests, and how to speak to them (Envoy's `cluster.v3.Cluster`).
///
/// @param name the cluster
/// @param discovery how endpoints are found
/// @param endpoints those known now; DNS names of a DNS cluster stand unresolved
/// @param connectTimeout for opening a connection, TLS included (5 s in Envoy when not given)
/// @param balancer which algorithm
/// @param limits how much may be under way
/// @param transports which TLS each endpoint gets; the first that matches
/// @param protocol what is spoken
/// @param http2 how HTTP/2 is spoken, where it is
/// @param connections how long connections are used
/// @param service which service this is, for metrics
public record Cluster(
        String name,
        Discovery discovery,
        EndpointSet endpoints,
        Duration connectTimeout,
        BalancerPolicy balancer,
        BreakerLimits limits,
        List<Transport> transports,
        Protocol protocol,
        Http2Options http2,
        ConnectionLimits connections,
        ServiceTag service) {
    public Cluster {
        transports = List.copyOf(transports);
    }

    /// How endpoints are found.
    public enum Discovery {
        STATIC,
        EDS,
        STRICT_DNS,
        LOGICAL_DNS,
        /// There are none: each connection goes to the address that its client named.
        ORIGINAL_DST
    }

    /// What is spoken upstream.
    public enum Protocol {
        HTTP1,
        HTTP2,
        /// What TLS agrees on by ALPN, else HTTP/1.1 (`auto_config`).
        AUTO,
        /// What the client speaks (`use_downstream_protocol_config`).
        DOWNSTREAM
    }

    /// A transport socket and which endpoints get it.
    ///
    /// @param match every pair must be in [io.heddle.traffic.balance.Endpoint#transportMatch]; empty matches all
    /// @param tls TLS; empty for plaintext
    public record Transport(Map<String, String> match, Optional<ClientTls> tls) {
        public Transport {
            match = Map.copyOf(match);
        }
    }

    /// Which service a cluster is, for the `destination_service` labels.
    ///
    /// @param host the service's host
    /// @param name its name
    /// @param namespace its namespace
    public record ServiceTag(String host, String name, String namespace) {
        public static final ServiceTag UNKNOWN = new ServiceTag("unknown", "unknown", "unknown");
    }
}
