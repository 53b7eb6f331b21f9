package io.heddle.model.view;

import io.heddle.model.name.Labels;
import io.heddle.model.name.Locality;
import io.heddle.model.name.SpiffeId;
import io.heddle.model.resource.Service;
import io.heddle.model.resource.Service.ServicePort;
import io.heddle.model.resource.Workload;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/// The instances behind each service port. Computed once a service and shared; safe for any thread.
final class Endpoints {
    /// The key in a workload's ports that stands for every service port: its sidecar's inbound port.
    private static final String EVERY_PORT = "*";
    /// The account of a workload that names none, as in Kubernetes.
    private static final String DEFAULT_ACCOUNT = "default";

    private static final Comparator<EndpointView> ORDER = Comparator.comparing(EndpointView::address)
            .thenComparingInt(EndpointView::port)
            .thenComparing(EndpointView::namespace)
            .thenComparing(EndpointView::workload);

    private final MeshSettings settings;
    private final Map<String, List<Workload>> workloads;
    private final Map<Service, SortedMap<Integer, List<EndpointView>>> known = new ConcurrentHashMap<>();

    Endpoints(MeshSettings settings, List<Workload> workloads) {
        this.settings = settings;
        this.workloads = workloads.stream()
                .collect(Collectors.groupingBy(workload -> workload.object().namespace()));
    }

    /// Service port number → its instances, sorted by address and port.
    SortedMap<Integer, List<EndpointView>> of(Service service) {
        return known.computeIfAbsent(service, this::find);
    }

    private SortedMap<Integer, List<EndpointView>> find(Service service) {
        var instances = instances(service);
        var result = new TreeMap<Integer, List<EndpointView>>();
        for (var port : service.ports()) {
            var list = new ArrayList<EndpointView>();
            for (var instance : instances) {
                list.add(view(service, port, instance));
            }
            if (instances.isEmpty() && service.resolution() == Service.Resolution.DNS) {
                list.addAll(hosts(service, port));
            }
            list.sort(ORDER);
            result.put(port.port().number(), List.copyOf(list));
        }
        return result;
    }

    private List<Workload> instances(Service service) {
        var found = service.selector()
                .map(selector -> workloads.getOrDefault(service.name().namespace(), List.of()).stream()
                        .filter(workload -> selector.matches(workload.labels()))
                        .toList())
                .orElse(service.endpoints());
        return found.stream()
                .filter(workload -> workload.health() != Workload.Health.UNHEALTHY)
                .toList();
    }

    private EndpointView view(Service service, ServicePort port, Workload workload) {
        boolean tls = workload.tls() && service.location() == Service.Location.MESH_INTERNAL;
        return new EndpointView(
                workload.object().name(),
                workload.object().namespace(),
                workload.address(),
                targetPort(port, workload),
                workload.labels(),
                tls ? Optional.of(identity(workload).toString()) : Optional.empty(),
                tls,
                workload.health(),
                workload.weight(),
                workload.locality());
    }

    private SpiffeId identity(Workload workload) {
        var account = workload.account().orElse(DEFAULT_ACCOUNT);
        return new SpiffeId(settings.trustDomain(), workload.object().namespace(), account);
    }

    /// The workload's own word on the port comes first, by target name, then by the port's name, then for every
    /// port; after it the service's target number, at last the service port itself.
    private static int targetPort(ServicePort port, Workload workload) {
        for (var name : List.of(port.targetPortName(), port.port().name(), EVERY_PORT)) {
            var number = workload.ports().get(name);
            if (number != null) {
                return number;
            }
        }
        return port.targetPort() != 0 ? port.targetPort() : port.port().number();
    }

    /// A service found by DNS without endpoints of its own: its hosts are the addresses.
    private static List<EndpointView> hosts(Service service, ServicePort port) {
        int number = port.targetPort() != 0 ? port.targetPort() : port.port().number();
        return service.hosts().stream()
                .map(host -> new EndpointView(
                        service.object().name(),
                        service.object().namespace(),
                        host,
                        number,
                        Labels.NONE,
                        Optional.empty(),
                        false,
                        Workload.Health.HEALTHY,
                        1,
                        Locality.UNKNOWN))
                .toList();
    }
}
