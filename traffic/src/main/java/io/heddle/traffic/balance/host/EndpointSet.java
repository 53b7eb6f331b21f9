package io.heddle.traffic.balance.host;

import java.util.List;

/// All endpoints of a cluster, in the order configured.
///
/// @param endpoints the endpoints
/// @param spread how requests are spread over their priorities and localities
public record EndpointSet(List<Endpoint> endpoints, Spread spread) {
    public static final EndpointSet EMPTY = new EndpointSet(List.of());

    public EndpointSet {
        endpoints = List.copyOf(endpoints);
    }

    /// Endpoints that are spread as usual.
    public EndpointSet(List<Endpoint> endpoints) {
        this(endpoints, Spread.DEFAULT);
    }
}
