package io.heddle.model.view;

import io.heddle.model.name.Port;
import io.heddle.model.name.ServiceName;
import io.heddle.model.problem.NearestName;
import io.heddle.model.problem.Problem;
import io.heddle.model.resource.HttpRoute;
import io.heddle.model.resource.RouteFilter;
import io.heddle.model.resource.Service;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// Finds what each resource alone cannot show: references to nowhere and claims on the same name.
///
/// Field paths are those of the Gateway API, counted as in the model's lists, which keep the order written.
public final class ReferenceCheck {
    private final MeshSnapshot mesh;
    private final List<Problem> problems = new ArrayList<>();

    private ReferenceCheck(MeshSnapshot mesh) {
        this.mesh = mesh;
    }

    /// Every problem between the resources of `mesh`, in the order of its routes, then of its services.
    public static List<Problem> check(MeshSnapshot mesh) {
        var check = new ReferenceCheck(mesh);
        mesh.routes().forEach(check::route);
        check.hosts();
        return List.copyOf(check.problems);
    }

    private void route(HttpRoute route) {
        int index = 0;
        for (var parent : route.parents()) {
            var place = new Place(route, "spec.parentRefs[" + index++ + "]");
            service(place, parent.service())
                    .ifPresent(service -> parent.port().ifPresent(port -> port(place, service, port)));
        }
        index = 0;
        for (var rule : route.rules()) {
            rule(new Place(route, "spec.rules[" + index++ + "]"), rule);
        }
    }

    private void rule(Place place, HttpRoute.Rule rule) {
        filters(place, rule.filters());
        long sum = 0;
        int index = 0;
        for (var backend : rule.backends()) {
            var at = place.at("backendRefs[" + index++ + "]");
            target(at, backend.service(), backend.port());
            filters(at, backend.filters());
            sum += backend.weight();
        }
        if (!rule.backends().isEmpty() && sum == 0) {
            problems.add(Problem.warning(
                    place.object(),
                    place.path("backendRefs"),
                    "all weights are 0, so the rule answers 500",
                    "give at least one backend a weight"));
        }
    }

    private void filters(Place place, List<RouteFilter> filters) {
        int index = 0;
        for (var filter : filters) {
            var at = place.at("filters[" + index++ + "]");
            switch (filter) {
                case RouteFilter.Mirror mirror ->
                    target(at.at("requestMirror.backendRef"), mirror.service(), mirror.port());
                case RouteFilter.Fault fault -> fault(at.at("extensionRef"), fault);
                case RouteFilter.RequestHeaders _,
                        RouteFilter.ResponseHeaders _,
                        RouteFilter.Redirect _,
                        RouteFilter.Rewrite _ -> {} // refer to nothing
            }
        }
    }

    private void fault(Place place, RouteFilter.Fault fault) {
        var wanted = fault.policy();
        if (mesh.faultPolicy(wanted.namespace(), wanted.name()).isPresent()) {
            return;
        }
        var names = mesh.faultPolicies().stream()
                .filter(policy -> policy.object().namespace().equals(wanted.namespace()))
                .map(policy -> policy.object().name())
                .toList();
        place.error("name", "there is no " + wanted, meant(wanted.name(), names, "apply the FaultPolicy first"));
    }

    private void target(Place place, ServiceName name, int port) {
        service(place, name).ifPresent(service -> port(place, service, port));
    }

    private Optional<Service> service(Place place, ServiceName name) {
        var service = mesh.service(name);
        if (service.isEmpty()) {
            var names = mesh.services().stream()
                    .map(Service::name)
                    .filter(known -> known.namespace().equals(name.namespace()))
                    .map(ServiceName::name)
                    .toList();
            place.error(
                    "name",
                    "there is no service \"" + name.name() + "\" in namespace " + name.namespace(),
                    meant(name.name(), names, elsewhere(name)));
        }
        return service;
    }

    private String elsewhere(ServiceName name) {
        return mesh.services().stream()
                .map(Service::name)
                .filter(known -> known.name().equals(name.name()))
                .findFirst()
                .map(known -> "there is one in namespace " + known.namespace())
                .orElse("apply the Service first");
    }

    private void port(Place place, Service service, int number) {
        boolean found = service.ports().stream().anyMatch(port -> port.port().number() == number);
        if (!found) {
            var ports = service.ports().stream()
                    .map(Service.ServicePort::port)
                    .map(Port::number)
                    .map(String::valueOf)
                    .collect(Collectors.joining(", "));
            place.error("port", "service " + service.name() + " has no port " + number, "its ports: " + ports);
        }
    }

    private static String meant(String name, List<String> known, String otherwise) {
        return NearestName.of(name, known)
                .map(near -> "did you mean \"" + near + "\"?")
                .orElse(otherwise);
    }

    /// Of two services that answer to one host the older one gets its calls.
    private void hosts() {
        var owners = new LinkedHashMap<String, Service>();
        for (var service : mesh.declaredServices()) {
            var hosts = service.hosts().isEmpty()
                    ? List.of(service.host(mesh.settings().domainSuffix()))
                    : service.hosts();
            for (int i = 0; i < hosts.size(); i++) {
                var owner = owners.putIfAbsent(hosts.get(i), service);
                if (owner != null && !owner.object().equals(service.object())) {
                    var path = service.hosts().isEmpty() ? "metadata.name" : "spec.hosts[" + i + "]";
                    problems.add(Problem.error(
                            service.object().toString(),
                            path,
                            "the host " + hosts.get(i) + " belongs to " + owner.object() + " already",
                            "remove it from one of them"));
                }
            }
        }
    }

    /// A field of a route.
    private final class Place {
        private final HttpRoute route;
        private final String path;

        Place(HttpRoute route, String path) {
            this.route = route;
            this.path = path;
        }

        String object() {
            return route.object().toString();
        }

        String path(String field) {
            return path + "." + field;
        }

        Place at(String field) {
            return new Place(route, path(field));
        }

        void error(String field, String reason, String remedy) {
            problems.add(Problem.error(object(), path(field), reason, remedy));
        }
    }
}
