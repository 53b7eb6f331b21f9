package io.heddle.model.view;

import io.heddle.model.name.ObjectName;
import io.heddle.model.name.ServiceName;
import io.heddle.model.resource.HttpRoute;
import io.heddle.model.resource.RouteFilter;
import io.heddle.model.resource.Service;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// The routes of each service, as they hold for callers in a namespace (GEP-1426).
///
/// A route in its service's own namespace is a producer route and holds for all callers. A route in another
/// namespace is a consumer route: it holds only for callers in that namespace, and there it replaces the producer
/// routes of the ports it is bound to.
final class RouteIndex {
    private final Map<ServiceName, List<HttpRoute>> routes = new HashMap<>();

    /// @param all every route, the oldest first
    RouteIndex(List<HttpRoute> all) {
        for (var route : all) {
            route.parents().stream()
                    .map(HttpRoute.Parent::service)
                    .distinct()
                    .forEach(service -> routes.computeIfAbsent(service, _ -> new ArrayList<>())
                            .add(route));
        }
    }

    /// The routes that hold for callers in `callerNamespace`, the oldest first.
    List<HttpRoute> routesFor(Service service, String callerNamespace) {
        var name = service.name();
        var all = routes.getOrDefault(name, List.of());
        var producers = all.stream()
                .filter(route -> route.object().namespace().equals(name.namespace()))
                .toList();
        if (callerNamespace.equals(name.namespace())) {
            return producers;
        }
        var consumers = all.stream()
                .filter(route -> route.object().namespace().equals(callerNamespace))
                .toList();
        return consumers.isEmpty() ? producers : consumersFirst(service, consumers, producers);
    }

    /// Every fault policy that the routes name.
    static Set<ObjectName> faultsOf(List<HttpRoute> routes) {
        var names = new TreeSet<ObjectName>();
        for (var route : routes) {
            route.rules().stream()
                    .flatMap(RouteIndex::filters)
                    .filter(RouteFilter.Fault.class::isInstance)
                    .map(RouteFilter.Fault.class::cast)
                    .forEach(fault -> names.add(fault.policy()));
        }
        return names;
    }

    private static Stream<RouteFilter> filters(HttpRoute.Rule rule) {
        return Stream.concat(
                rule.filters().stream(), rule.backends().stream().flatMap(backend -> backend.filters().stream()));
    }

    private static List<HttpRoute> consumersFirst(
            Service service, List<HttpRoute> consumers, List<HttpRoute> producers) {
        var left = new HashSet<Integer>();
        service.ports().forEach(port -> left.add(port.port().number()));
        for (var route : consumers) {
            left.removeAll(ports(service, route));
        }
        var result = new ArrayList<>(consumers);
        for (var route : producers) {
            var kept = ports(service, route);
            kept.retainAll(left);
            if (!kept.isEmpty()) {
                result.add(boundTo(service, route, kept));
            }
        }
        return List.copyOf(result);
    }

    /// The service's ports that the route is bound to.
    private static Set<Integer> ports(Service service, HttpRoute route) {
        var bound = route.parents().stream()
                .filter(parent -> parent.service().equals(service.name()))
                .toList();
        var result = new TreeSet<Integer>();
        for (var port : service.ports()) {
            int number = port.port().number();
            if (bound.stream().anyMatch(parent -> parent.port().orElse(number) == number)) {
                result.add(number);
            }
        }
        return result;
    }

    private static HttpRoute boundTo(Service service, HttpRoute route, Set<Integer> ports) {
        var parents = new ArrayList<HttpRoute.Parent>();
        ports.forEach(port -> parents.add(new HttpRoute.Parent(service.name(), Optional.of(port))));
        return new HttpRoute(route.object(), parents, route.hostnames(), route.rules());
    }
}
