package io.heddle.traffic.balance;

import io.heddle.traffic.request.PeerMetadata;
import java.util.List;
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
/// @param additional where it is reached, too (`additional_addresses`): tried when its address does not answer soon
public record Endpoint(
        String address,
        int port,
        int weight,
        Health health,
        int priority,
        Map<String, String> transportMatch,
        PeerMetadata metadata,
        List<Address> additional) {
    public Endpoint {
        transportMatch = Map.copyOf(transportMatch);
        additional = List.copyOf(additional);
    }

    /// One that is reached at one address.
    public Endpoint(
            String address,
            int port,
            int weight,
            Health health,
            int priority,
            Map<String, String> transportMatch,
            PeerMetadata metadata) {
        this(address, port, weight, health, priority, transportMatch, metadata, List.of());
    }

    /// An IP address and a port.
    public record Address(String host, int port) {}

    /// The same at `others`, too.
    public Endpoint withAdditional(List<Address> others) {
        return new Endpoint(address, port, weight, health, priority, transportMatch, metadata, others);
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
