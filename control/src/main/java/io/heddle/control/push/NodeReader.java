package io.heddle.control.push;

import io.heddle.model.name.Labels;
import io.heddle.model.name.ServiceName;
import io.heddle.model.name.SpiffeId;
import io.heddle.model.view.MeshSettings;
import io.heddle.model.view.ProxyNode;
import io.heddle.model.view.ProxyNode.Interception;
import io.heddle.model.view.ProxyNode.Ports;
import io.heddle.xds.server.ConnectedNode;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Reads what an xDS node says of itself. A node that says little (a plain Envoy, a gRPC client) gets the ports of
/// habit and is found in its id, or in the namespace `default`.
final class NodeReader {
    private static final int DEFAULT_OUTBOUND = 15001;
    private static final int DEFAULT_INBOUND = 15006;
    private static final int MAX_PORT = 65_535;

    private final ConnectedNode node;
    private final MeshSettings settings;

    private NodeReader(ConnectedNode node, MeshSettings settings) {
        this.node = node;
        this.settings = settings;
    }

    static ProxyNode read(ConnectedNode node, MeshSettings settings) {
        return new NodeReader(node, settings).read();
    }

    private ProxyNode read() {
        var parts = node.id().split("~", -1);
        var full = parts.length == 4 ? parts[2] : node.id();
        int dot = full.lastIndexOf('.');
        var idNamespace = parts.length == 4 && dot > 0 ? full.substring(dot + 1) : "default";
        var idWorkload = parts.length == 4 && dot > 0 ? full.substring(0, dot) : full;
        var namespace = text("NAMESPACE").orElse(idNamespace);
        var identity = node.identity()
                .orElseGet(() -> new SpiffeId(
                        settings.trustDomain(),
                        namespace,
                        text("SERVICE_ACCOUNT").orElse("default")));
        return new ProxyNode(
                node.id(),
                identity,
                namespace,
                text("WORKLOAD_NAME").orElse(idWorkload),
                labels(),
                text("SERVICE").map(service -> ServiceName.parse(service, namespace)),
                text("ADDRESS").orElse(parts.length == 4 ? parts[1] : "127.0.0.1"),
                ports(),
                interception(),
                text("HEDDLE_VERSION").orElse(node.userAgent()));
    }

    /// Istio's words: the mode, and the machine's addresses, of which one with a colon tells of IPv6.
    private Interception interception() {
        var mode = switch (text("INTERCEPTION_MODE").orElse("NONE")) {
            case "REDIRECT" -> ProxyNode.Mode.REDIRECT;
            case "TPROXY" -> ProxyNode.Mode.TPROXY;
            default -> ProxyNode.Mode.NONE;
        };
        return mode == ProxyNode.Mode.NONE
                ? Interception.NONE
                : new Interception(
                        mode,
                        text("INSTANCE_IPS").filter(ips -> ips.contains(":")).isPresent());
    }

    private Optional<String> text(String key) {
        return node.metadata().get(key) instanceof String value && !value.isEmpty()
                ? Optional.of(value)
                : Optional.empty();
    }

    private Labels labels() {
        var labels = new TreeMap<String, String>();
        if (node.metadata().get("LABELS") instanceof Map<?, ?> map) {
            map.forEach((key, value) -> {
                if (key instanceof String name && value instanceof String text) {
                    labels.put(name, text);
                }
            });
        }
        return new Labels(labels);
    }

    private Ports ports() {
        if (!(node.metadata().get("PORTS") instanceof Map<?, ?> ports)) {
            return new Ports(DEFAULT_OUTBOUND, DEFAULT_INBOUND, 0, 0, 0);
        }
        return new Ports(
                port(ports, "outbound"),
                port(ports, "inbound"),
                port(ports, "application"),
                port(ports, "metrics"),
                port(ports, "admin"));
    }

    private static int port(Map<?, ?> ports, String key) {
        return ports.get(key) instanceof Number number && number.intValue() > 0 && number.intValue() <= MAX_PORT
                ? number.intValue()
                : 0;
    }
}
