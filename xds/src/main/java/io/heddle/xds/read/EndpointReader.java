package io.heddle.xds.read;

import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint.AdditionalAddress;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.heddle.traffic.balance.Endpoint;
import io.heddle.traffic.balance.EndpointSet;
import io.heddle.traffic.match.AddressMatcher;
import io.heddle.traffic.request.PeerMetadata;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads a cluster's endpoints. Localities only group them: each endpoint counts by its own weight.
final class EndpointReader {
    private static final Fields<ClusterLoadAssignment> ASSIGNMENT =
            Fields.ignoringOthers(ClusterLoadAssignment.class).reads("cluster_name", "endpoints");
    private static final Fields<LocalityLbEndpoints> GROUP = Fields.ignoringOthers(LocalityLbEndpoints.class)
            .accepts("locality", "localities only group endpoints")
            .reads("lb_endpoints", "priority")
            .accepts("load_balancing_weight", "each endpoint counts by its own weight")
            .refuses("leds_cluster_locality_config", "load_balancer_endpoints");
    private static final Fields<LbEndpoint> ENDPOINT = Fields.ignoringOthers(LbEndpoint.class)
            .reads("endpoint", "load_balancing_weight")
            .limits("health_status", "`DEGRADED` counts as healthy")
            .limits("metadata", "`envoy.transport_socket_match`, and `istio`: `workload`, for metrics")
            .refuses("endpoint_name");
    private static final Fields<io.envoyproxy.envoy.config.endpoint.v3.Endpoint> HOST = Fields.ignoringOthers(
                    io.envoyproxy.envoy.config.endpoint.v3.Endpoint.class)
            .reads("address")
            .limits("additional_addresses", "IP addresses; not in a DNS cluster")
            .accepts("hostname", "the host is never rewritten to it");

    private static final Fields<AdditionalAddress> ADDITIONAL =
            Fields.refusingOthers(AdditionalAddress.class).reads("address");

    /// What of endpoints is read.
    static final List<Fields<?>> FIELDS = List.of(ASSIGNMENT, GROUP, ENDPOINT, HOST, ADDITIONAL);

    private static final String TRANSPORT_MATCH = "envoy.transport_socket_match";

    private EndpointReader() {}

    static EndpointSet read(ClusterLoadAssignment message, Scope scope) {
        scope.check(message, ASSIGNMENT);
        var endpoints = new ArrayList<Endpoint>();
        for (int i = 0; i < message.getEndpointsCount(); i++) {
            var group = message.getEndpoints(i);
            var here = scope.at("endpoints", i);
            here.check(group, GROUP);
            for (int j = 0; j < group.getLbEndpointsCount(); j++) {
                endpoint(group.getLbEndpoints(j), group, here.at("lb_endpoints", j))
                        .ifPresent(endpoints::add);
            }
        }
        return new EndpointSet(endpoints);
    }

    private static Optional<Endpoint> endpoint(LbEndpoint message, LocalityLbEndpoints group, Scope scope) {
        scope.check(message, ENDPOINT);
        if (!message.hasEndpoint()) {
            scope.error("has no endpoint in place", "set endpoint");
            return Optional.empty();
        }
        var here = scope.at("endpoint");
        here.check(message.getEndpoint(), HOST);
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
                workload.map(PeerMetadata::parse).orElse(PeerMetadata.UNKNOWN),
                additional(message.getEndpoint(), here)));
    }

    private static List<Endpoint.Address> additional(
            io.envoyproxy.envoy.config.endpoint.v3.Endpoint message, Scope scope) {
        var found = new ArrayList<Endpoint.Address>();
        for (int i = 0; i < message.getAdditionalAddressesCount(); i++) {
            var additional = message.getAdditionalAddresses(i);
            var here = scope.at("additional_addresses", i);
            here.check(additional, ADDITIONAL);
            var address = Values.address(additional.getAddress(), here.at("address"));
            if (address.isPresent()
                    && AddressMatcher.parse(address.get().host()).isEmpty()) {
                here.at("address").error("is no IP address: " + address.get().host(), "write an IPv4 or IPv6 address");
            }
            address.ifPresent(known -> found.add(new Endpoint.Address(known.host(), known.port())));
        }
        return found;
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
