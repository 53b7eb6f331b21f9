package io.heddle.xds.write;

import com.google.protobuf.UInt32Value;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.heddle.model.resource.Service;
import io.heddle.model.view.EndpointView;
import io.heddle.model.view.MeshSettings;
import io.heddle.model.view.ProxyView;
import io.heddle.model.view.ServiceView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/// Writes one `ClusterLoadAssignment` for each port of each service whose endpoints are known, and none of them at a
/// name.
final class EndpointWriter {
    private static final Comparator<EndpointView> ORDER = Comparator.comparing(EndpointView::address)
            .thenComparingInt(EndpointView::port)
            .thenComparing(EndpointView::workload);

    private EndpointWriter() {}

    static List<ClusterLoadAssignment> write(ProxyView view) {
        var all = new ArrayList<ClusterLoadAssignment>();
        for (var service : view.services()) {
            if (service.service().resolution() != Service.Resolution.STATIC) {
                continue; // their clusters resolve names themselves
            }
            var host = Names.host(service.service(), view.mesh());
            for (var port : service.service().ports()) {
                int number = port.port().number();
                var endpoints = endpoints(service, number);
                if (!isNamed(endpoints)) {
                    all.add(assignment(Names.outbound(number, host), endpoints, view.mesh()));
                }
            }
        }
        return all;
    }

    /// Whether one of them is at a name. Only clusters of DNS resolve names, and those have addresses beside them as
    /// well, so such a cluster has all of its endpoints itself.
    static boolean isNamed(List<EndpointView> endpoints) {
        return !endpoints.stream().allMatch(EndpointWriter::isNumeric);
    }

    private static boolean isNumeric(EndpointView endpoint) {
        var address = endpoint.address();
        return address.indexOf(':') >= 0 || address.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
    }

    static List<EndpointView> endpoints(ServiceView service, int port) {
        return service.endpoints().getOrDefault(port, List.of());
    }

    static ClusterLoadAssignment assignment(String cluster, List<EndpointView> endpoints, MeshSettings mesh) {
        var byLocality = new TreeMap<String, List<EndpointView>>();
        for (var endpoint : endpoints) {
            var place = endpoint.locality();
            var key = place.region() + "/" + place.zone() + "/" + place.subZone();
            byLocality.computeIfAbsent(key, _ -> new ArrayList<>()).add(endpoint);
        }
        var assignment = ClusterLoadAssignment.newBuilder().setClusterName(cluster);
        byLocality.values().forEach(group -> assignment.addEndpoints(group(group, mesh)));
        return assignment.build();
    }

    static Address address(String host, int port) {
        return Address.newBuilder()
                .setSocketAddress(SocketAddress.newBuilder().setAddress(host).setPortValue(port))
                .build();
    }

    private static LocalityLbEndpoints group(List<EndpointView> endpoints, MeshSettings mesh) {
        var group = LocalityLbEndpoints.newBuilder();
        var place = endpoints.get(0).locality();
        if (!place.equals(io.heddle.model.name.Locality.UNKNOWN)) {
            group.setLocality(Locality.newBuilder()
                    .setRegion(place.region())
                    .setZone(place.zone())
                    .setSubZone(place.subZone()));
        }
        endpoints.stream().sorted(ORDER).forEach(endpoint -> group.addLbEndpoints(endpoint(endpoint, mesh)));
        return group.build();
    }

    private static LbEndpoint endpoint(EndpointView endpoint, MeshSettings mesh) {
        return LbEndpoint.newBuilder()
                .setEndpoint(Endpoint.newBuilder().setAddress(address(endpoint.address(), endpoint.port())))
                .setHealthStatus(
                        switch (endpoint.health()) {
                            case HEALTHY -> HealthStatus.HEALTHY;
                            case DRAINING -> HealthStatus.DRAINING;
                            case UNHEALTHY -> HealthStatus.UNHEALTHY;
                        })
                .setLoadBalancingWeight(UInt32Value.of(endpoint.weight()))
                .setMetadata(Metadatas.endpoint(endpoint, mesh))
                .build();
    }
}
