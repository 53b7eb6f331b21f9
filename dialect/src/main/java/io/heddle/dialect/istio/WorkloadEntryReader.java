package io.heddle.dialect.istio;

import io.heddle.dialect.tree.Addresses;
import io.heddle.dialect.tree.Fields;
import io.heddle.dialect.tree.Names;
import io.heddle.model.name.Labels;
import io.heddle.model.name.Locality;
import io.heddle.model.name.ObjectName;
import io.heddle.model.resource.Resource;
import io.heddle.model.resource.Workload;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads an Istio WorkloadEntry, as an object of its own or inline in a ServiceEntry.
///
/// What an entry knows beyond Istio's fields stands in annotations: [#PROXY_ID_ANNOTATION] and [#HEALTH_ANNOTATION].
public final class WorkloadEntryReader {
    /// The annotation that names the sidecar which registered the entry, by its xDS node id.
    public static final String PROXY_ID_ANNOTATION = "heddle.io/proxy-id";
    /// The annotation with the instance's health: `healthy`, `draining` or `unhealthy`; healthy when absent.
    public static final String HEALTH_ANNOTATION = "heddle.io/health";

    private static final Map<String, Workload.Health> HEALTH = Map.of(
            "healthy", Workload.Health.HEALTHY,
            "draining", Workload.Health.DRAINING,
            "unhealthy", Workload.Health.UNHEALTHY);

    private WorkloadEntryReader() {}

    /// The workload in `root`. Its labels are those of the spec and of the metadata; where both have a key, the
    /// spec's.
    public static Resource read(Fields root) {
        var annotations = root.object("metadata").object("annotations");
        var metadataLabels = root.object("metadata").textMap("labels");
        var proxyId = annotations.text(PROXY_ID_ANNOTATION);
        var health = annotations
                .choice(HEALTH_ANNOTATION, List.of("healthy", "draining", "unhealthy"))
                .map(name -> HEALTH.getOrDefault(name, Workload.Health.UNHEALTHY))
                .orElse(Workload.Health.HEALTHY);
        annotations.names();
        var spec = root.requiredObject("spec");
        return workload(spec, root.object(), new Known(metadataLabels, health, proxyId));
    }

    /// An endpoint of a ServiceEntry, under the name that stands for it.
    static Workload endpoint(Fields endpoint, ObjectName object) {
        return workload(endpoint, object, new Known(Map.of(), Workload.Health.HEALTHY, Optional.empty()));
    }

    /// What is known of a workload from outside its spec.
    private record Known(Map<String, String> labels, Workload.Health health, Optional<String> proxyId) {}

    private static Workload workload(Fields spec, ObjectName object, Known known) {
        var labels = new HashMap<>(known.labels);
        labels.putAll(Names.labels(spec, "labels").values());
        boolean tls = Workload.TLS_MODE_MUTUAL.equals(labels.get(Workload.TLS_MODE_LABEL));
        spec.warn("network", "has no effect: all workloads are taken to reach each other directly", "remove it");
        return new Workload(
                object,
                address(spec),
                ports(spec),
                new Labels(labels),
                account(spec),
                locality(spec),
                spec.integer("weight", 1, 10_000).orElse(1),
                tls,
                known.health,
                known.proxyId);
    }

    private static Optional<String> account(Fields spec) {
        return spec.text("serviceAccount").filter(account -> {
            boolean good = Names.isDnsName(account);
            if (!good) {
                spec.error("serviceAccount", "\"" + account + "\" is not a DNS name", "write the account's name alone");
            }
            return good;
        });
    }

    private static String address(Fields spec) {
        var address = spec.requiredText("address");
        if (address.isEmpty() || Addresses.isAddress(address) || Names.isDnsName(address)) {
            return address;
        }
        var remedy = address.startsWith("unix:") ? "sockets in the file system are not supported" : "";
        spec.error("address", "\"" + address + "\" is neither an IP address nor a DNS name", remedy);
        return address;
    }

    private static Map<String, Integer> ports(Fields spec) {
        var ports = new LinkedHashMap<String, Integer>();
        var fields = spec.object("ports");
        for (var name : fields.names()) {
            if (!name.equals("*") && !Names.isLabel(name)) {
                fields.error(name, "\"" + name + "\" is not a port name", "use lower-case letters, digits and hyphens");
            }
            fields.integer(name, 1, 65_535).ifPresent(number -> ports.put(name, number));
        }
        return ports;
    }

    private static Locality locality(Fields spec) {
        var parts = spec.text("locality").orElse("").split("/", 3);
        return new Locality(parts[0], parts.length > 1 ? parts[1] : "", parts.length > 2 ? parts[2] : "");
    }
}
