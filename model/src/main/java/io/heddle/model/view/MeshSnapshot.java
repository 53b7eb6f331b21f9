package io.heddle.model.view;

import io.heddle.model.name.ObjectName;
import io.heddle.model.name.ServiceName;
import io.heddle.model.resource.AccessPolicy;
import io.heddle.model.resource.FaultPolicy;
import io.heddle.model.resource.HttpRoute;
import io.heddle.model.resource.PeerPolicy;
import io.heddle.model.resource.Resource;
import io.heddle.model.resource.Service;
import io.heddle.model.resource.Workload;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/// The whole mesh at one moment, indexed: what every proxy's view is cut from. Immutable; safe for any thread.
///
/// Conflicts are settled by age: of two resources that claim the same thing the older one wins, as in the Gateway API
/// and Istio. Age is the order in which the resources are given. What callers in one namespace see of the services is
/// computed once and shared by all proxies of that namespace; a snapshot made with [#next] takes over each service's
/// view from the one before where nothing has changed in it.
public final class MeshSnapshot {
    private final MeshSettings settings;
    private final Map<ServiceName, Service> services = new TreeMap<>();
    private final List<Service> allServices = new ArrayList<>();
    private final List<Workload> workloads = new ArrayList<>();
    private final List<HttpRoute> routes = new ArrayList<>();
    private final Map<String, FaultPolicy> faults = new TreeMap<>();
    private final InboundPolicies inbound;
    private final RouteIndex routeIndex;
    private final Endpoints endpoints;
    /// What callers see of the services, by their namespace; a cache, and the source of sharing for the next
    /// snapshot.
    private final Map<String, Map<ServiceName, ServiceView>> views = new ConcurrentHashMap<>();

    private final Map<String, Map<ServiceName, ServiceView>> earlier;

    private MeshSnapshot(
            MeshSettings settings,
            Collection<? extends Resource> resources,
            Map<String, Map<ServiceName, ServiceView>> earlier) {
        this.settings = settings;
        this.earlier = earlier;
        var peers = new ArrayList<PeerPolicy>();
        var access = new ArrayList<AccessPolicy>();
        for (var resource : resources) {
            switch (resource) {
                case Service service -> {
                    allServices.add(service);
                    services.putIfAbsent(service.name(), service);
                }
                case Workload workload -> workloads.add(workload);
                case HttpRoute route -> routes.add(route);
                case FaultPolicy fault ->
                    faults.putIfAbsent(
                            key(fault.object().namespace(), fault.object().name()), fault);
                case PeerPolicy policy -> peers.add(policy);
                case AccessPolicy policy -> access.add(policy);
            }
        }
        this.inbound = new InboundPolicies(settings, peers, access);
        this.routeIndex = new RouteIndex(routes);
        this.endpoints = new Endpoints(settings, workloads);
    }

    /// The snapshot of these resources, the oldest first.
    public static MeshSnapshot of(MeshSettings settings, Collection<? extends Resource> resources) {
        return new MeshSnapshot(settings, resources, Map.of());
    }

    /// The snapshot of these resources, the oldest first, that shares with this one what has not changed.
    public MeshSnapshot next(Collection<? extends Resource> resources) {
        return new MeshSnapshot(settings, resources, Map.copyOf(views));
    }

    /// The mesh as it would be without an object.
    public MeshSnapshot without(ObjectName object) {
        var rest = new ArrayList<Resource>(allServices);
        rest.addAll(workloads);
        rest.addAll(routes);
        rest.addAll(faults.values());
        rest.addAll(peerPolicies());
        rest.addAll(accessPolicies());
        rest.removeIf(resource -> resource.object().equals(object));
        return next(rest);
    }

    /// What holds for the whole mesh.
    public MeshSettings settings() {
        return settings;
    }

    /// Every service, by name; of two with the same name the older one.
    public Collection<Service> services() {
        return Collections.unmodifiableCollection(services.values());
    }

    /// Every service as declared, the oldest first, those that lost their name to an older one included.
    List<Service> declaredServices() {
        return Collections.unmodifiableList(allServices);
    }

    /// Every workload, the oldest first.
    public List<Workload> workloads() {
        return Collections.unmodifiableList(workloads);
    }

    /// Every route, the oldest first.
    public List<HttpRoute> routes() {
        return Collections.unmodifiableList(routes);
    }

    /// Every access policy, by object.
    public List<AccessPolicy> accessPolicies() {
        return inbound.accessPolicies();
    }

    /// Every peer policy, the oldest first.
    public List<PeerPolicy> peerPolicies() {
        return inbound.peerPolicies();
    }

    /// Every fault policy, by namespace and name.
    public Collection<FaultPolicy> faultPolicies() {
        return Collections.unmodifiableCollection(faults.values());
    }

    /// The service of that name.
    public Optional<Service> service(ServiceName name) {
        return Optional.ofNullable(services.get(name));
    }

    /// The workload of that name.
    public Optional<Workload> workload(String namespace, String name) {
        return workloads.stream()
                .filter(workload -> workload.object().namespace().equals(namespace)
                        && workload.object().name().equals(name))
                .findFirst();
    }

    /// The fault policy of that name.
    public Optional<FaultPolicy> faultPolicy(String namespace, String name) {
        return Optional.ofNullable(faults.get(key(namespace, name)));
    }

    /// All that one proxy may know. Equal for equal nodes as long as nothing has changed that concerns them.
    public ProxyView viewFor(ProxyNode node) {
        var seen = views.computeIfAbsent(node.namespace(), this::servicesSeenFrom);
        return new ProxyView(node, settings, List.copyOf(seen.values()), inbound.viewFor(node));
    }

    private Map<ServiceName, ServiceView> servicesSeenFrom(String namespace) {
        var before = earlier.getOrDefault(namespace, Map.of());
        var result = new TreeMap<ServiceName, ServiceView>();
        services.forEach((name, service) -> {
            var view = view(service, namespace);
            var known = before.get(name);
            result.put(name, view.equals(known) ? known : view);
        });
        return Collections.unmodifiableMap(result);
    }

    private ServiceView view(Service service, String callerNamespace) {
        var held = routeIndex.routesFor(service, callerNamespace);
        var named = new TreeMap<String, FaultPolicy>();
        for (var object : RouteIndex.faultsOf(held)) {
            faultPolicy(object.namespace(), object.name())
                    .ifPresent(fault -> named.put(key(object.namespace(), object.name()), fault));
        }
        return new ServiceView(service, endpoints.of(service), held, named);
    }

    private static String key(String namespace, String name) {
        return namespace + "/" + name;
    }
}
