package io.heddle.model.resource;

import io.heddle.model.name.ObjectName;
import io.heddle.model.name.Port;
import io.heddle.model.name.Selector;
import io.heddle.model.name.ServiceName;
import java.util.List;
import java.util.Optional;

/// Something that can be called by name: a Kubernetes Service or an Istio ServiceEntry.
///
/// @param object the stored object
/// @param name namespace and name; for a ServiceEntry its first host stands as the name
/// @param hosts every host name that callers may use, the first included, exact or `*.suffix`; empty for a Kubernetes
///     Service, whose hosts follow from its name
/// @param ports at least one
/// @param selector which workloads of the namespace answer; empty when the endpoints are inline or found by DNS
/// @param location inside the mesh (mTLS where the workload has a sidecar) or outside it (never mTLS)
/// @param resolution how endpoints are found
/// @param endpoints inline endpoints of a ServiceEntry
/// @param addresses the virtual IP addresses or networks by which intercepted connections name it
public record Service(
        ObjectName object,
        ServiceName name,
        List<String> hosts,
        List<ServicePort> ports,
        Optional<Selector> selector,
        Location location,
        Resolution resolution,
        List<Workload> endpoints,
        List<String> addresses)
        implements Resource {
    public Service {
        hosts = List.copyOf(hosts);
        ports = List.copyOf(ports);
        endpoints = List.copyOf(endpoints);
        addresses = List.copyOf(addresses);
    }

    /// A service without virtual addresses.
    public Service(
            ObjectName object,
            ServiceName name,
            List<String> hosts,
            List<ServicePort> ports,
            Optional<Selector> selector,
            Location location,
            Resolution resolution,
            List<Workload> endpoints) {
        this(object, name, hosts, ports, selector, location, resolution, endpoints, List.of());
    }

    /// The host that names the service in clusters and metrics: a ServiceEntry's first host, else the fully
    /// qualified host that follows from the name.
    public String host(String domainSuffix) {
        return hosts.isEmpty() ? name.host(domainSuffix) : hosts.getFirst();
    }

    /// A port of the service and where it leads on a workload.
    ///
    /// @param port the port that callers name
    /// @param targetPort the workload's port number; 0 when `targetPortName` or the port's own name decides
    /// @param targetPortName a port of the workload by name; empty when by number
    public record ServicePort(Port port, int targetPort, String targetPortName) {}

    /// Whether the service runs inside the mesh.
    public enum Location {
        MESH_INTERNAL,
        MESH_EXTERNAL
    }

    /// How the endpoints are found.
    public enum Resolution {
        /// Workloads by selector, or inline addresses.
        STATIC,
        /// By resolving the hosts, again and again.
        DNS,
        /// The address the caller asked for.
        NONE
    }
}
