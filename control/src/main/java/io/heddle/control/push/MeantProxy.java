package io.heddle.control.push;

import io.heddle.model.name.Labels;
import io.heddle.model.name.ServiceName;
import io.heddle.model.name.SpiffeId;
import io.heddle.model.resource.Service;
import io.heddle.model.resource.Workload;
import io.heddle.model.view.MeshSettings;
import io.heddle.model.view.MeshSnapshot;
import io.heddle.model.view.ProxyNode;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/// Finds the proxy that somebody means by a name: one that is connected, else one as the sidecar of that workload or
/// service would be, with the ports of habit.
final class MeantProxy {
    private static final String DEFAULT_NAMESPACE = "default";
    private static final int USUAL_APPLICATION_PORT = 8080;

    private final MeshSnapshot mesh;
    private final Collection<ProxyNode> connected;

    MeantProxy(MeshSnapshot mesh, Collection<ProxyNode> connected) {
        this.mesh = mesh;
        this.connected = connected;
    }

    /// The proxy of `name`: a node id, or a workload or a service as `name.namespace`. Empty where there is none.
    Optional<ProxyNode> find(String name) {
        var wanted = ServiceName.parse(name, DEFAULT_NAMESPACE);
        return connected.stream()
                .filter(node -> node.id().equals(name) || isWorkload(node, wanted))
                .min(Comparator.comparing(ProxyNode::id))
                .or(() -> connected.stream()
                        .filter(node -> node.service().filter(wanted::equals).isPresent())
                        .min(Comparator.comparing(ProxyNode::id)))
                .or(() -> mesh.workload(wanted.namespace(), wanted.name()).map(this::sidecar))
                .or(() -> mesh.service(wanted).map(this::sidecar));
    }

    private static boolean isWorkload(ProxyNode node, ServiceName wanted) {
        return node.workload().equals(wanted.name()) && node.namespace().equals(wanted.namespace());
    }

    private ProxyNode sidecar(Workload workload) {
        var namespace = workload.object().namespace();
        var service = mesh.services().stream()
                .filter(candidate -> candidate.name().namespace().equals(namespace)
                        && candidate
                                .selector()
                                .filter(selector -> selector.matches(workload.labels()))
                                .isPresent())
                .findFirst();
        var name = workload.object().name();
        return node(namespace, name, workload.account().orElse("default"), workload.labels(), service);
    }

    private ProxyNode sidecar(Service service) {
        var labels = service.selector().map(selector -> selector.matchLabels()).orElse(Labels.NONE);
        var name = service.name();
        return node(name.namespace(), name.name(), name.name(), labels, Optional.of(service));
    }

    private ProxyNode node(
            String namespace, String workload, String account, Labels labels, Optional<Service> service) {
        MeshSettings settings = mesh.settings();
        int application = service.map(MeantProxy::applicationPort).orElse(USUAL_APPLICATION_PORT);
        return new ProxyNode(
                "sidecar~127.0.0.1~" + workload + "." + namespace + "~" + namespace + ".svc." + settings.domainSuffix(),
                new SpiffeId(settings.trustDomain(), namespace, account),
                namespace,
                workload,
                labels,
                service.map(Service::name),
                "127.0.0.1",
                new ProxyNode.Ports(15001, 15006, application, 15090, 15000),
                "");
    }

    private static int applicationPort(Service service) {
        return service.ports().stream()
                .findFirst()
                .map(port -> port.targetPort() == 0 ? port.port().number() : port.targetPort())
                .orElse(USUAL_APPLICATION_PORT);
    }
}
