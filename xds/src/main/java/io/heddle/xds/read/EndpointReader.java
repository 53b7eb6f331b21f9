package io.heddle.xds.read;

import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.heddle.traffic.balance.Endpoint;
import io.heddle.traffic.balance.EndpointSet;
import io.heddle.traffic.request.PeerMetadata;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Reads a cluster's endpoints. Localities only group them: each endpoint counts by its own weight.
final class EndpointReader {
    private static final String TRANSPORT_MATCH = "envoy.transport_socket_match";

    private EndpointReader() {}

    static EndpointSet read(ClusterLoadAssignment message, Scope scope) {
        scope.knows(message, "cluster_name", "endpoints");
        var endpoints = new ArrayList<Endpoint>();
        for (int i = 0; i < message.getEndpointsCount(); i++) {
            var group = message.getEndpoints(i);
            var here = scope.at("endpoints", i);
            here.knows(group, "locality", "lb_endpoints", "load_balancing_weight", "priority");
            for (int j = 0; j < group.getLbEndpointsCount(); j++) {
                endpoint(group.getLbEndpoints(j), group, here.at("lb_endpoints", j))
                        .ifPresent(endpoints::add);
            }
        }
        return new EndpointSet(endpoints);
    }

    private static Optional<Endpoint> endpoint(LbEndpoint message, LocalityLbEndpoints group, Scope scope) {
        scope.knows(message, "endpoint", "health_status", "metadata", "load_balancing_weight", "endpoint_name");
        if (!message.hasEndpoint()) {
            scope.error("has no endpoint in place", "set endpoint");
            return Optional.empty();
        }
        var here = scope.at("endpoint");
        here.knows(message.getEndpoint(), "address", "hostname");
        var address = Values.address(message.getEndpoint().getAddress(), here.at("address"));
        int weight = message.hasLoadBalancingWeight()
                ? Math.max(1, message.getLoadBalancingWeight().getValue())
                : 1;
        var workload = Values.metadata(message.getMetadata(), "istio", "workload");
        return address.map(found -> new Endpoint(
                found.host(),
                found.port(),
                weight,
                health(message),
                group.getPriority(),
                transportMatch(message),
                workload.map(PeerMetadata::parse).orElse(PeerMetadata.UNKNOWN)));
    }

    private static Endpoint.Health health(LbEndpoint message) {
        return switch (message.getHealthStatus()) {
            case UNKNOWN, HEALTHY, DEGRADED, UNRECOGNIZED -> Endpoint.Health.HEALTHY;
            case DRAINING -> Endpoint.Health.DRAINING;
            case UNHEALTHY, TIMEOUT -> Endpoint.Health.UNHEALTHY;
        };
    }

    private static Map<String, String> transportMatch(LbEndpoint message) {
        var struct = message.getMetadata().getFilterMetadataMap().get(TRANSPORT_MATCH);
        if (struct == null) {
            return Map.of();
        }
        var match = new HashMap<String, String>();
        struct.getFieldsMap().forEach((key, value) -> {
            if (value.hasStringValue()) {
                match.put(key, value.getStringValue());
            }
        });
        return match;
    }
}
