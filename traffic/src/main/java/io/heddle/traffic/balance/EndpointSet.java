package io.heddle.traffic.balance;

import java.util.List;

/// All endpoints of a cluster, in the order configured.
///
/// @param endpoints the endpoints
public record EndpointSet(List<Endpoint> endpoints) {
    public static final EndpointSet EMPTY = new EndpointSet(List.of());

    public EndpointSet {
        endpoints = List.copyOf(endpoints);
    }
}
