package io.heddle.xds.read.cluster;

import com.google.protobuf.UInt32Value;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint.AdditionalAddress;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint.HealthCheckConfig;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.balance.host.EndpointSet;
import io.heddle.traffic.balance.host.Spread;
import io.heddle.traffic.match.AddressMatcher;
import io.heddle.traffic.request.PeerMetadata;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.HeadTexts;
import io.heddle.xds.read.core.LabelReader;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.core.Values;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;

/// Reads a cluster's endpoints, their localities and priorities.
public final class EndpointReader {
    private static final Fields<ClusterLoadAssignment> ASSIGNMENT =
            Fields.ignoringOthers(ClusterLoadAssignment.class).reads("cluster_name", "endpoints", "policy");
    private static final Fields<ClusterLoadAssignment.Policy> POLICY = Fields.ignoringOthers(
                    ClusterLoadAssignment.Policy.class)
            .limits("overprovisioning_factor", "1 or more")
            .reads("weighted_priority_health");
    private static final Fields<Locality> LOCALITY =
            Fields.ignoringOthers(Locality.class).reads("region", "zone", "sub_zone");
    private static final Fields<LocalityLbEndpoints> GROUP = Fields.ignoringOthers(LocalityLbEndpoints.class)
            .reads("locality", "lb_endpoints")
            .limits("load_balancing_weight", "1 or more")
            .limits("priority", "0 to 128")
            .refuses("leds_cluster_locality_config", "load_balancer_endpoints");
    private static final Fields<LbEndpoint> ENDPOINT = Fields.ignoringOthers(LbEndpoint.class)
            .reads("endpoint")
            .limits("load_balancing_weight", "1 or more")
            .limits("health_status", "`TIMEOUT` counts as `UNHEALTHY`")
            .limits("metadata", "`envoy.lb`, `envoy.transport_socket_match`, and `istio`: `workload`, for metrics")
            .refuses("endpoint_name");
    private static final Fields<io.envoyproxy.envoy.config.endpoint.v3.Endpoint> HOST = Fields.ignoringOthers(
                    io.envoyproxy.envoy.config.endpoint.v3.Endpoint.class)
            .reads("health_check_config")
            .limits("address", "an IP address, but in a DNS cluster")
            .limits("additional_addresses", "IP addresses; not in a DNS cluster")
            .limits("hostname", "a host, with a port or without");

    private static final Fields<AdditionalAddress> ADDITIONAL =
            Fields.refusingOthers(AdditionalAddress.class).reads("address");

    private static final Fields<HealthCheckConfig> CHECKS = Fields.refusingOthers(HealthCheckConfig.class)
            .limits("port_value", "0 to 65535")
            .limits("hostname", "visible characters")
            .limits("address", "an IP address")
            .reads("disable_active_health_check");

    /// What of endpoints is read.
    static final List<Fields<?>> FIELDS =
            List.of(ASSIGNMENT, POLICY, GROUP, LOCALITY, ENDPOINT, HOST, ADDITIONAL, CHECKS);

    private static final int LAST_PRIORITY = 128;
    private static final int LARGEST_PORT = 65_535;
    private static final long MOST = 1_000_000_000;
    private static final String TRANSPORT_MATCH = "envoy.transport_socket_match";

    private EndpointReader() {}

    /// The endpoints of a cluster.
    ///
    /// @param named whether addresses may be names, which the cluster's kind resolves
    public static EndpointSet read(ClusterLoadAssignment message, boolean named, Scope scope) {
        scope.check(message, ASSIGNMENT);
        var endpoints = new ArrayList<Endpoint>();
        for (int i = 0; i < message.getEndpointsCount(); i++) {
            var group = message.getEndpoints(i);
            var here = scope.at("endpoints", i);
            here.check(group, GROUP);
            here.at("locality").check(group.getLocality(), LOCALITY);
            if (group.getPriority() < 0 || group.getPriority() > LAST_PRIORITY) {
                here.at("priority")
                        .error("is no priority: " + Integer.toUnsignedString(group.getPriority()), "write 0 to 128");
            }
            for (int j = 0; j < group.getLbEndpointsCount(); j++) {
                endpoint(group.getLbEndpoints(j), group, named, here.at("lb_endpoints", j))
                        .ifPresent(endpoints::add);
            }
        }
        return new EndpointSet(endpoints, spread(message, scope));
    }

    private static Spread spread(ClusterLoadAssignment message, Scope scope) {
        var policy = message.getPolicy();
        var here = scope.at("policy");
        here.check(policy, POLICY);
        var weights = new HashMap<Spread.Place, Integer>();
        for (int i = 0; i < message.getEndpointsCount(); i++) {
            var group = message.getEndpoints(i);
            if (group.hasLoadBalancingWeight()) {
                var place = new Spread.Place(group.getPriority(), locality(group.getLocality()));
                weights.merge(
                        place, weight(group.getLoadBalancingWeight(), scope.at("endpoints", i)), EndpointReader::sum);
            }
        }
        long factor = policy.hasOverprovisioningFactor()
                ? Integer.toUnsignedLong(policy.getOverprovisioningFactor().getValue())
                : Spread.DEFAULT.overprovisioning();
        if (factor == 0) {
            here.at("overprovisioning_factor").error("is 0", "write for example 140");
            factor = Spread.DEFAULT.overprovisioning();
        }
        return new Spread((int) Math.min(factor, MOST), policy.getWeightedPriorityHealth(), weights);
    }

    private static int weight(UInt32Value message, Scope scope) {
        if (message.getValue() == 0) {
            scope.at("load_balancing_weight").error("is 0", "write 1 or more, or take out what is to get nothing");
        }
        return (int) Math.clamp(Integer.toUnsignedLong(message.getValue()), 1, MOST);
    }

    private static int sum(int one, int other) {
        return (int) Math.min((long) one + other, MOST);
    }

    /// Where a host or a proxy stands.
    public static io.heddle.model.name.Locality locality(Locality message) {
        return new io.heddle.model.name.Locality(message.getRegion(), message.getZone(), message.getSubZone());
    }

    private static Optional<Endpoint> endpoint(
            LbEndpoint message, LocalityLbEndpoints group, boolean named, Scope scope) {
        scope.check(message, ENDPOINT);
        if (!message.hasEndpoint()) {
            scope.error("has no endpoint in place", "set endpoint");
            return Optional.empty();
        }
        var here = scope.at("endpoint");
        here.check(message.getEndpoint(), HOST);
        var address = Values.address(message.getEndpoint().getAddress(), here.at("address"));
        if (!named) {
            address.ifPresent(found -> checkNumeric(found.host(), here.at("address")));
        }
        int weight = message.hasLoadBalancingWeight() ? weight(message.getLoadBalancingWeight(), scope) : 1;
        var workload = Values.metadata(message.getMetadata(), "istio", "workload");
        return address.map(found -> new Endpoint(
                found.host(),
                found.port(),
                weight,
                health(message.getHealthStatus()),
                group.getPriority(),
                LabelReader.labels(message.getMetadata(), TRANSPORT_MATCH),
                workload.map(PeerMetadata::parse).orElse(PeerMetadata.UNKNOWN),
                HeadTexts.authority(message.getEndpoint().getHostname(), here.at("hostname"))
                        .orElse(""),
                locality(group.getLocality()),
                LabelReader.labels(message.getMetadata()),
                additional(message.getEndpoint(), here),
                checks(message.getEndpoint().getHealthCheckConfig(), here.at("health_check_config"))));
    }

    private static void checkNumeric(String host, Scope scope) {
        if (!host.isEmpty() && !AddressMatcher.isAddress(host)) {
            scope.at("socket_address.address")
                    .error(
                            "is no IP address: " + host,
                            "write an IPv4 or IPv6 address; a STRICT_DNS cluster has names");
        }
    }

    private static Endpoint.Checks checks(HealthCheckConfig message, Scope scope) {
        scope.check(message, CHECKS);
        int port = message.getPortValue();
        if (port < 0 || port > LARGEST_PORT) {
            scope.at("port_value").error("is no port: " + Integer.toUnsignedString(port), "write 1 to 65535");
            port = 0;
        }
        if (!HealthCheckReader.isVisible(message.getHostname())) {
            scope.at("hostname").error("is no host", "write for example shop.example");
        }
        var address = message.hasAddress()
                ? Values.address(message.getAddress(), scope.at("address"))
                : Optional.<Values.HostPort>empty();
        if (address.isPresent() && AddressMatcher.parse(address.get().host()).isEmpty()) {
            scope.at("address").error("is no IP address: " + address.get().host(), "write an IPv4 or IPv6 address");
        }
        return new Endpoint.Checks(
                address.map(found -> new Endpoint.Address(found.host(), found.port())),
                port == 0 ? Optional.empty() : Optional.of(port),
                message.getHostname(),
                message.getDisableActiveHealthCheck());
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

    static Endpoint.Health health(HealthStatus message) {
        return switch (message) {
            case UNKNOWN, UNRECOGNIZED -> Endpoint.Health.UNKNOWN;
            case HEALTHY -> Endpoint.Health.HEALTHY;
            case DEGRADED -> Endpoint.Health.DEGRADED;
            case DRAINING -> Endpoint.Health.DRAINING;
            case UNHEALTHY, TIMEOUT -> Endpoint.Health.UNHEALTHY;
        };
    }
}
