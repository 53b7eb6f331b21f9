package io.heddle.xds.write;

import io.heddle.model.name.ServiceName;
import io.heddle.model.resource.Service;
import io.heddle.model.view.MeshSettings;

/// The names of resources, as the two sides of the mesh agree on them; they follow Istio's.
final class Names {
    static final String OUTBOUND_LISTENER = "virtualOutbound";
    static final String INBOUND_LISTENER = "virtualInbound";
    static final String OUTBOUND_ROUTES = "outbound";
    /// The secret with a proxy's own certificate; it is local to the proxy.
    static final String OWN_CERTIFICATE = "default";
    static final String ROOT_BUNDLE = "ROOTCA";
    /// Where intercepted connections go that want to leave the mesh.
    static final String PASSTHROUGH_CLUSTER = "PassthroughCluster";
    /// A cluster without hosts: where connections go that must not get anywhere.
    static final String BLACK_HOLE_CLUSTER = "BlackHoleCluster";
    /// A cluster that never exists: what is sent to it is answered 500.
    static final String NO_CLUSTER = "invalid-backend";

    private Names() {}

    /// `outbound|9080||catalog.shop.svc.cluster.local`.
    static String outbound(int port, String host) {
        return "outbound|" + port + "||" + host;
    }

    /// `inbound|9080|http|catalog.shop.svc.cluster.local`.
    static String inbound(int applicationPort, String host) {
        return "inbound|" + applicationPort + "|http|" + host;
    }

    /// `outbound_.9080_._.catalog.shop.svc.cluster.local`, which TLS carries as server name.
    static String serverName(int port, String host) {
        return "outbound_." + port + "_._." + host;
    }

    /// A service's main host: of a ServiceEntry its first host, else the cluster-local name.
    static String host(Service service, MeshSettings mesh) {
        return isServiceEntry(service) ? service.name().name() : service.name().host(mesh.domainSuffix());
    }

    /// The host of a service that is only known by its name.
    static String host(ServiceName name, MeshSettings mesh) {
        return name.name().contains(".") ? name.name() : name.host(mesh.domainSuffix());
    }

    static boolean isServiceEntry(Service service) {
        return service.object().kind().equals("ServiceEntry")
                || service.name().name().contains(".");
    }
}
