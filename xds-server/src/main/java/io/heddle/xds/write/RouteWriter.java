package io.heddle.xds.write;

import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.heddle.model.name.Port;
import io.heddle.model.resource.HttpRoute;
import io.heddle.model.resource.Service;
import io.heddle.model.view.ProxyView;
import io.heddle.model.view.ServiceView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/// Writes the outbound route configuration: one virtual host for each HTTP port of each service, and one that refuses
/// every other host with 502. A proxy that gets intercepted connections has one route configuration a port instead,
/// named by its number: only services with that port are in it, by their virtual addresses too, and other hosts go
/// where the client wanted, or nowhere.
///
/// A host without a port means the service's port 80, or its first HTTP port when it has no port 80. Where two
/// services claim the same host (a service `a.b` outside the mesh, and service `a` of namespace `b`), the first in
/// the view has it.
final class RouteWriter {
    private static final int HTTP_PORT = 80;
    private static final String NO_SERVICE =
            "no service of the mesh has this host; list them with: heddle get service,serviceentry -A\n";

    private final ProxyView view;
    private final Set<String> taken = new HashSet<>();

    private RouteWriter(ProxyView view) {
        this.view = view;
    }

    static List<RouteConfiguration> write(ProxyView view) {
        if (!view.node().interception().isTransparent()) {
            return List.of(new RouteWriter(view).outbound());
        }
        return interceptedPorts(view).stream()
                .map(port -> new RouteWriter(view).intercepted(port))
                .toList();
    }

    /// The ports on which services speak HTTP.
    static SortedSet<Integer> interceptedPorts(ProxyView view) {
        var ports = new TreeSet<Integer>();
        view.services().forEach(service -> ports.addAll(httpPorts(service.service())));
        return ports;
    }

    private RouteConfiguration intercepted(int port) {
        var routes = RouteConfiguration.newBuilder().setName(Integer.toString(port));
        for (var service : view.services()) {
            if (httpPorts(service.service()).contains(port)) {
                var domains = new ArrayList<String>();
                for (var host : hosts(service.service())) {
                    domains.add(host);
                    domains.add(host + ":" + port);
                }
                domains.removeIf(domain -> !taken.add(domain));
                if (!domains.isEmpty()) {
                    routes.addVirtualHosts(virtualHost(service, port, domains));
                }
            }
        }
        return switch (view.mesh().outboundTraffic()) {
            case ALLOW_ANY -> routes.addVirtualHosts(allowAny()).build();
            case REGISTRY_ONLY -> routes.addVirtualHosts(blockAll()).build();
        };
    }

    private static VirtualHost allowAny() {
        return VirtualHost.newBuilder()
                .setName("allow_any")
                .addDomains("*")
                .addRoutes(Route.newBuilder()
                        .setName("allow_any")
                        .setMatch(RouteMatch.newBuilder().setPrefix("/"))
                        .setRoute(RouteAction.newBuilder()
                                .setCluster(Names.PASSTHROUGH_CLUSTER)
                                .setTimeout(Durations.ZERO)))
                .build();
    }

    private RouteConfiguration outbound() {
        var routes = RouteConfiguration.newBuilder().setName(Names.OUTBOUND_ROUTES);
        for (var service : view.services()) {
            for (var port : httpPorts(service.service())) {
                var domains = domains(service.service(), port);
                if (!domains.isEmpty()) {
                    routes.addVirtualHosts(virtualHost(service, port, domains));
                }
            }
        }
        return routes.addVirtualHosts(blockAll()).build();
    }

    private VirtualHost virtualHost(ServiceView service, int port, List<String> domains) {
        var host = Names.host(service.service(), view.mesh());
        var bound = service.routes().stream()
                .filter(route -> route.parents().stream()
                        .anyMatch(parent ->
                                parent.service().equals(service.service().name())
                                        && parent.port().orElse(port) == port))
                .toList();
        return VirtualHost.newBuilder()
                .setName(host + ":" + port)
                .addAllDomains(domains)
                .addAllRoutes(
                        bound.isEmpty()
                                ? List.of(straight(Names.outbound(port, host)))
                                : ruled(bound, new RuleWriter(view, service)))
                .build();
    }

    /// The route of a service that no HTTPRoute is bound to.
    private static Route straight(String cluster) {
        return Route.newBuilder()
                .setName("default")
                .setMatch(RouteMatch.newBuilder().setPrefix("/"))
                .setRoute(RouteAction.newBuilder()
                        .setCluster(cluster)
                        .setTimeout(Durations.ZERO)
                        .setRetryPolicy(Retries.byDefault()))
                .build();
    }

    private static List<Route> ruled(List<HttpRoute> bound, RuleWriter writer) {
        var candidates = new ArrayList<RuleMatch>();
        for (var route : bound) {
            for (int rule = 0; rule < route.rules().size(); rule++) {
                candidates.addAll(RuleMatch.of(route, rule));
            }
        }
        candidates.sort(RuleMatch.PRECEDENCE);
        return candidates.stream().map(writer::write).toList();
    }

    private static List<Integer> httpPorts(Service service) {
        return service.ports().stream()
                .map(Service.ServicePort::port)
                .filter(port -> port.protocol().isHttp())
                .map(Port::number)
                .toList();
    }

    private List<String> domains(Service service, int port) {
        var ports = httpPorts(service);
        boolean ownsBareHost = port == (ports.contains(HTTP_PORT) ? HTTP_PORT : ports.get(0));
        var domains = new ArrayList<String>();
        for (var host : hosts(service)) {
            if (ownsBareHost) {
                domains.add(host);
            }
            domains.add(host + ":" + port);
        }
        domains.removeIf(domain -> !taken.add(domain));
        return domains;
    }

    private List<String> hosts(Service service) {
        var hosts = new ArrayList<String>();
        var name = service.name();
        if (Names.isServiceEntry(service)) {
            hosts.add(name.name());
        } else {
            var inNamespace = name.name() + "." + name.namespace();
            hosts.add(name.host(view.mesh().domainSuffix()));
            hosts.add(inNamespace + ".svc");
            hosts.add(inNamespace);
            if (name.namespace().equals(view.node().namespace())) {
                hosts.add(name.name());
            }
        }
        hosts.addAll(service.hosts());
        if (view.node().interception().isTransparent()) {
            // What a client writes that calls an address; a network has no such form.
            service.addresses().stream()
                    .filter(address -> address.indexOf('/') < 0)
                    .map(address -> address.indexOf(':') < 0 ? address : "[" + address + "]")
                    .forEach(hosts::add);
        }
        return hosts.stream()
                .map(host -> host.toLowerCase(Locale.ROOT))
                .distinct()
                .sorted(Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder()))
                .toList();
    }

    /// Every other host is refused, with a word for whoever mistyped a name.
    private static VirtualHost blockAll() {
        return VirtualHost.newBuilder()
                .setName("block_all")
                .addDomains("*")
                .addRoutes(Route.newBuilder()
                        .setName("block_all")
                        .setMatch(RouteMatch.newBuilder().setPrefix("/"))
                        .setDirectResponse(answer(502).toBuilder()
                                .setBody(DataSource.newBuilder().setInlineString(NO_SERVICE))))
                .build();
    }

    static DirectResponseAction answer(int status) {
        return DirectResponseAction.newBuilder().setStatus(status).build();
    }
}
