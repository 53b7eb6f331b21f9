package io.heddle.traffic.balance;

import io.heddle.traffic.request.PeerMetadata;
import java.util.Map;

/// One instance of a cluster, as configured.
///
/// @param address IP address, or a DNS name in a DNS cluster
/// @param port its port
/// @param weight at least 1
/// @param health what the control plane knows of it
/// @param priority 0 is taken first
/// @param transportMatch what picks its transport socket (`envoy.transport_socket_match` metadata)
/// @param metadata which workload it is
public record Endpoint(
        String address,
        int port,
        int weight,
        Health health,
        int priority,
        Map<String, String> transportMatch,
        PeerMetadata metadata) {
    public Endpoint {
        transportMatch = Map.copyOf(transportMatch);
    }

    /// `address:port`: the identity that live state is kept by.
    public String key() {
        return address + ":" + port;
    }

    /// What the control plane knows.
    public enum Health {
        HEALTHY,
        DRAINING,
        UNHEALTHY
    }
}
