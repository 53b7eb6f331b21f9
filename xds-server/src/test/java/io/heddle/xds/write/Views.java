package io.heddle.xds.write;

import io.heddle.model.name.Labels;
import io.heddle.model.name.Locality;
import io.heddle.model.name.ObjectName;
import io.heddle.model.name.Port;
import io.heddle.model.name.Selector;
import io.heddle.model.name.ServiceName;
import io.heddle.model.name.SpiffeId;
import io.heddle.model.resource.AccessPolicy;
import io.heddle.model.resource.FaultPolicy;
import io.heddle.model.resource.HttpRoute;
import io.heddle.model.resource.PeerPolicy;
import io.heddle.model.resource.Service;
import io.heddle.model.resource.Workload;
import io.heddle.model.view.EndpointView;
import io.heddle.model.view.InboundView;
import io.heddle.model.view.MeshSettings;
import io.heddle.model.view.ProxyNode;
import io.heddle.model.view.ProxyView;
import io.heddle.model.view.ServiceView;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Small views to translate.
final class Views {
    static final ServiceName WEB = new ServiceName("shop", "web");
    static final ServiceName CATALOG = new ServiceName("shop", "catalog");
    static final ServiceName PAYMENTS = new ServiceName("bank", "payments");

    private Views() {}

    static ProxyNode node(Optional<ServiceName> service) {
        return new ProxyNode(
                "sidecar~127.0.0.2~web-1.shop~shop.svc.cluster.local",
                new SpiffeId("cluster.local", "shop", "web"),
                "shop",
                "web-1",
                new Labels(Map.of("app", "web")),
                service,
                "127.0.0.2",
                new ProxyNode.Ports(15001, 15006, 9080, 15090, 15000),
                "0.1.0");
    }

    /// The same node of another version.
    static ProxyNode versioned(ProxyNode node, String version) {
        return new ProxyNode(
                node.id(),
                node.identity(),
                node.namespace(),
                node.workload(),
                node.labels(),
                node.service(),
                node.address(),
                node.ports(),
                version);
    }

    static ProxyView caller(ServiceView... services) {
        return view(Optional.empty(), PeerPolicy.Mode.STRICT, List.of(), services);
    }

    static ProxyView view(
            Optional<ServiceName> own, PeerPolicy.Mode mode, List<AccessPolicy> policies, ServiceView... services) {
        return new ProxyView(node(own), MeshSettings.DEFAULT, Arrays.asList(services), new InboundView(mode, policies));
    }

    /// The same view of a proxy that gets intercepted connections.
    static ProxyView intercepted(ProxyView view, ProxyNode.Interception how, MeshSettings.OutboundTraffic others) {
        var node = view.node();
        var led = new ProxyNode(
                node.id(),
                node.identity(),
                node.namespace(),
                node.workload(),
                node.labels(),
                node.service(),
                node.address(),
                node.ports(),
                how,
                node.version());
        var mesh = view.mesh();
        var settings = new MeshSettings(
                mesh.trustDomain(), mesh.domainSuffix(), mesh.rootNamespace(), mesh.clusterId(), others);
        return new ProxyView(led, settings, view.services(), view.inbound());
    }

    /// A TCP service outside or inside, with virtual addresses or without.
    static Service tcp(String host, int port, Service.Resolution resolution, String... addresses) {
        return new Service(
                new ObjectName("ServiceEntry", "shop", host.replace('.', '-')),
                new ServiceName("shop", host),
                List.of(host),
                List.of(new Service.ServicePort(new Port(port, "tcp", Port.Protocol.TCP), 0, "")),
                Optional.empty(),
                Service.Location.MESH_EXTERNAL,
                resolution,
                List.of(),
                Arrays.asList(addresses));
    }

    /// The same service with virtual addresses.
    static Service at(Service service, String... addresses) {
        return new Service(
                service.object(),
                service.name(),
                service.hosts(),
                service.ports(),
                service.selector(),
                service.location(),
                service.resolution(),
                service.endpoints(),
                Arrays.asList(addresses));
    }

    static Service service(ServiceName name, int... ports) {
        var all = Arrays.stream(ports)
                .mapToObj(port -> new Service.ServicePort(new Port(port, "http-" + port, Port.Protocol.HTTP), 0, ""))
                .toList();
        return new Service(
                new ObjectName("Service", name.namespace(), name.name()),
                name,
                List.of(),
                all,
                Optional.of(Selector.ALL),
                Service.Location.MESH_INTERNAL,
                Service.Resolution.STATIC,
                List.of());
    }

    static Service external(String host, int port) {
        return new Service(
                new ObjectName("ServiceEntry", "shop", "outside"),
                new ServiceName("shop", host),
                List.of("*.books.example"),
                List.of(new Service.ServicePort(new Port(port, "http", Port.Protocol.HTTP), 0, "")),
                Optional.empty(),
                Service.Location.MESH_EXTERNAL,
                Service.Resolution.DNS,
                List.of());
    }

    static ServiceView plain(Service service, EndpointView... endpoints) {
        return routed(service, List.of(), Map.of(), endpoints);
    }

    static ServiceView routed(
            Service service, List<HttpRoute> routes, Map<String, FaultPolicy> faults, EndpointView... endpoints) {
        var byPort = new TreeMap<Integer, List<EndpointView>>();
        service.ports().forEach(port -> byPort.put(port.port().number(), Arrays.asList(endpoints)));
        return new ServiceView(service, byPort, routes, faults);
    }

    static EndpointView endpoint(String workload, String address, int port, boolean tls) {
        return new EndpointView(
                workload,
                "shop",
                address,
                port,
                new Labels(Map.of("app", workload.replaceAll("-.*", ""), "version", "v1")),
                tls
                        ? Optional.of("spiffe://cluster.local/ns/shop/sa/" + workload.replaceAll("-.*", ""))
                        : Optional.empty(),
                tls,
                Workload.Health.HEALTHY,
                1,
                Locality.UNKNOWN);
    }
}
