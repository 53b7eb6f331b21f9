package io.heddle.traffic.runtime;

import io.heddle.traffic.balance.BalancerPolicy;
import io.heddle.traffic.balance.host.EndpointSet;
import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.resilience.BreakerLimits;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A set of endpoints that answer the same requests, and how to speak to them (Envoy's `cluster.v3.Cluster`).
///
/// @param name the cluster
/// @param discovery how endpoints are found
/// @param endpoints those known now; names of a DNS cluster stand unresolved
/// @param connectTimeout for opening a connection, TLS included (5 s in Envoy when not given)
/// @param balancer which algorithm
/// @param limits how much may be under way
/// @param transports which TLS each endpoint gets; the first that matches
/// @param protocol what is spoken
/// @param http1 how HTTP/1.1 is spoken, where it is
/// @param http2 how HTTP/2 is spoken, where it is
/// @param connections how long connections are used
/// @param responses how much of an answer is taken, and for how long
/// @param opening how connections are opened
/// @param health which of its hosts are well
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
        Http1Options http1,
        Http2Options http2,
        ConnectionLimits connections,
        ResponseLimits responses,
        ConnectionOpening opening,
        HealthPolicy health,
        ServiceTag service) {
    public Cluster {
        transports = List.copyOf(transports);
    }

    /// One whose answers are taken and whose connections are opened as usual, and whose hosts are as
    /// well as the control plane says.
    public Cluster(
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
        this(
                name,
                discovery,
                endpoints,
                connectTimeout,
                balancer,
                limits,
                transports,
                protocol,
                Http1Options.DEFAULT,
                http2,
                connections,
                ResponseLimits.DEFAULT,
                ConnectionOpening.DEFAULT,
                HealthPolicy.NONE,
                service);
    }

    /// The first of its transports whose conditions are all among `metadata`; plaintext without one.
    public Transport transport(Map<String, LabelValue> metadata) {
        return transports.stream()
                .filter(transport -> transport.fits(metadata))
                .findFirst()
                .orElse(Transport.PLAINTEXT);
    }

    /// How endpoints are found.
    public sealed interface Discovery {
        Discovery STATIC = new Static();
        Discovery EDS = new Eds();
        Discovery ORIGINAL_DST = new OriginalDestination(DestinationRules.CONNECTION);

        /// As they stand in the configuration.
        record Static() implements Discovery {}

        /// As the xDS server says.
        record Eds() implements Discovery {}

        /// By name: those in the configuration are names, or addresses all the same.
        ///
        /// @param logical false when each address of a name is a host (`STRICT_DNS`); true when a name is one
        ///     host, new connections to which go to its first address (`LOGICAL_DNS`)
        /// @param policy how names are resolved
        /// @param awaited whether the cluster is in use only when each name was answered once
        ///     (`wait_for_warm_on_init`)
        record Dns(boolean logical, DnsPolicy policy, boolean awaited) implements Discovery {
            /// One that is in use only when its names were answered.
            public Dns(boolean logical, DnsPolicy policy) {
                this(logical, policy, true);
            }
        }

        /// There are none: each request, or each connection, goes to the address that it was meant for.
        ///
        /// @param rules where that is said
        record OriginalDestination(DestinationRules rules) implements Discovery {}

        /// Whatever requests name, by a cache of names (Envoy's dynamic forward proxy).
        ///
        /// @param cache what is remembered of names
        /// @param serverName whether the name is sent as SNI, where there is TLS (`auto_sni`)
        /// @param verified whether the host must prove that it has the name, where there is TLS
        ///     (`auto_san_validation`)
        record DynamicForward(DnsCachePolicy cache, boolean serverName, boolean verified) implements Discovery {}

        /// Those of other clusters: of the first in this order that has one in service. Each is reached as its own
        /// cluster says.
        ///
        /// @param clusters their names
        record Aggregate(List<String> clusters) implements Discovery {
            public Aggregate {
                clusters = List.copyOf(clusters);
            }
        }
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
    /// @param match every pair must be in [io.heddle.traffic.balance.host.Endpoint#transportMatch]; empty
    ///     matches all
    /// @param tls TLS; empty for plaintext
    /// @param announcement what is said before anything else
    public record Transport(Map<String, LabelValue> match, Optional<ClientTls> tls, Announcement announcement) {
        public static final Transport PLAINTEXT = new Transport(Map.of(), Optional.empty());

        public Transport {
            match = Map.copyOf(match);
        }

        /// One that announces nothing.
        public Transport(Map<String, LabelValue> match, Optional<ClientTls> tls) {
            this(match, tls, Announcement.NONE);
        }

        /// Whether endpoints with this metadata get it.
        public boolean fits(Map<String, LabelValue> metadata) {
            return metadata.entrySet().containsAll(match.entrySet());
        }

        /// The same with other protocols offered by ALPN, where it has TLS.
        public Transport offering(List<String> protocols) {
            return new Transport(match, tls.map(known -> known.offering(protocols)), announcement);
        }
    }

    /// What is said of the client, before TLS and everything else (Envoy's transport socket `upstream_proxy_protocol`).
    public enum Announcement {
        NONE,
        PROXY_V1,
        PROXY_V2
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
