package io.heddle.model.view;

import io.heddle.model.name.Labels;
import io.heddle.model.name.Locality;
import io.heddle.model.name.ObjectName;
import io.heddle.model.name.Port;
import io.heddle.model.name.Selector;
import io.heddle.model.name.ServiceName;
import io.heddle.model.name.SpiffeId;
import io.heddle.model.resource.AccessPolicy;
import io.heddle.model.resource.HttpRoute;
import io.heddle.model.resource.PeerPolicy;
import io.heddle.model.resource.RouteFilter;
import io.heddle.model.resource.Service;
import io.heddle.model.resource.Workload;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Small resources for tests: services select `app: <name>`, routes send everything to one backend.
final class Mesh {
    private Mesh() {}

    static Service service(String namespace, String name, Service.ServicePort... ports) {
        return new Service(
                new ObjectName("Service", namespace, name),
                new ServiceName(namespace, name),
                List.of(),
                List.of(ports),
                Optional.of(new Selector(app(name))),
                Service.Location.MESH_INTERNAL,
                Service.Resolution.STATIC,
                List.of());
    }

    static Service.ServicePort port(int number, String name, int target, String targetName) {
        return new Service.ServicePort(new Port(number, name, Port.Protocol.HTTP), target, targetName);
    }

    static Service.ServicePort http() {
        return port(80, "http", 0, "");
    }

    static Workload workload(String namespace, String name, String app, Map<String, Integer> ports) {
        return workload(namespace, name, app, ports, Workload.Health.HEALTHY);
    }

    static Workload workload(
            String namespace, String name, String app, Map<String, Integer> ports, Workload.Health health) {
        return new Workload(
                new ObjectName("WorkloadEntry", namespace, name),
                "127.0.0.1",
                ports,
                app(app),
                Optional.of(app),
                Locality.UNKNOWN,
                1,
                true,
                health,
                Optional.empty());
    }

    static HttpRoute route(String namespace, String name, ServiceName parent, Optional<Integer> port) {
        var backend = new HttpRoute.Backend(parent, 80, 1, List.of());
        return new HttpRoute(
                new ObjectName("HTTPRoute", namespace, name),
                List.of(new HttpRoute.Parent(parent, port)),
                List.of(),
                List.of(rule(List.of(), backend)));
    }

    static HttpRoute.Rule rule(List<RouteFilter> filters, HttpRoute.Backend... backends) {
        return new HttpRoute.Rule(
                "", List.of(), filters, List.of(backends), Optional.empty(), Optional.empty(), Optional.empty());
    }

    static PeerPolicy peer(String namespace, String name, Selector selector, PeerPolicy.Mode mode) {
        return new PeerPolicy(new ObjectName("PeerAuthentication", namespace, name), selector, mode, Map.of());
    }

    static AccessPolicy denyAll(String namespace, String name, Selector selector) {
        return new AccessPolicy(
                new ObjectName("AuthorizationPolicy", namespace, name), selector, AccessPolicy.Action.ALLOW, List.of());
    }

    static Labels app(String name) {
        return new Labels(Map.of("app", name));
    }

    static ProxyNode node(String namespace, String app) {
        return new ProxyNode(
                "sidecar~127.0.0.1~" + app + "." + namespace + "~" + namespace + ".svc.cluster.local",
                new SpiffeId("cluster.local", namespace, app),
                namespace,
                app,
                app(app),
                Optional.of(new ServiceName(namespace, app)),
                "127.0.0.1",
                new ProxyNode.Ports(15001, 15006, 8080, 15090, 15000),
                "test");
    }
}
