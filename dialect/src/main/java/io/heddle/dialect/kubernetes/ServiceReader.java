package io.heddle.dialect.kubernetes;

import io.heddle.dialect.tree.Addresses;
import io.heddle.dialect.tree.Fields;
import io.heddle.dialect.tree.Names;
import io.heddle.model.name.Port;
import io.heddle.model.name.Selector;
import io.heddle.model.name.ServiceName;
import io.heddle.model.resource.Resource;
import io.heddle.model.resource.Service;
import io.heddle.model.resource.Service.ServicePort;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Reads a Kubernetes `v1` Service: ports and selector. Fields that would change behaviour and do nothing here are
/// warned about, those that only concern a cluster's own network are accepted.
public final class ServiceReader {
    private static final Set<String> HTTP_PROTOCOLS =
            Set.of("http", "http2", "grpc", "grpc-web", "kubernetes.io/h2c", "kubernetes.io/ws");
    private static final Set<String> HTTP2_PROTOCOLS = Set.of("http2", "grpc", "kubernetes.io/h2c");
    private static final Set<String> TCP_PROTOCOLS =
            Set.of("tcp", "tls", "https", "mongo", "mysql", "redis", "kubernetes.io/wss");

    private ServiceReader() {}

    /// The service in `root`.
    public static Resource read(Fields root) {
        var object = root.object();
        if (!Names.isLabel(object.name())) {
            root.error(
                    "metadata.name",
                    "\"" + object.name() + "\" is not a DNS label",
                    "use at most 63 lower-case letters, digits and inner hyphens");
        }
        var spec = root.requiredObject("spec");
        otherFields(spec);
        var selector = Names.selector(spec, "selector");
        if (selector.isEmpty()) {
            spec.warning(
                    "selector",
                    "without a selector the service has no endpoints",
                    "name the labels of its workloads, or use a ServiceEntry with endpoints");
        }
        return new Service(
                object,
                new ServiceName(object.namespace(), object.name()),
                List.of(),
                ports(spec),
                selector.isEmpty() ? Optional.empty() : Optional.<Selector>of(selector),
                Service.Location.MESH_INTERNAL,
                Service.Resolution.STATIC,
                List.of(),
                addresses(spec));
    }

    /// The cluster's addresses for it; a headless service has none.
    private static List<String> addresses(Fields spec) {
        var one = spec.text("clusterIP").map(List::of).orElse(List.of());
        var all = spec.texts("clusterIPs");
        var addresses = all.isEmpty() ? one : all;
        for (var address : addresses) {
            if (!address.equals("None") && !Addresses.isAddress(address)) {
                spec.error(
                        all.isEmpty() ? "clusterIP" : "clusterIPs",
                        "\"" + address + "\" is not an IP address",
                        "leave it out, or write None");
            }
        }
        return addresses.stream().filter(address -> !address.equals("None")).toList();
    }

    private static void otherFields(Fields spec) {
        spec.accept("ipFamilies", "ipFamilyPolicy", "healthCheckNodePort", "allocateLoadBalancerNodePorts");
        var type = spec.choice("type", List.of("ClusterIP", "NodePort", "LoadBalancer", "ExternalName"));
        switch (type.orElse("ClusterIP")) {
            case "ExternalName" ->
                spec.error("type", "ExternalName is not supported", "use a ServiceEntry with resolution: DNS");
            case "NodePort", "LoadBalancer" ->
                spec.warning(
                        "type", type.get() + " has no effect: nothing is opened outside the mesh", "use ClusterIP");
            default -> {} // ClusterIP: nothing to say
        }
        if (spec.choice("sessionAffinity", List.of("None", "ClientIP"))
                .orElse("None")
                .equals("ClientIP")) {
            spec.warning("sessionAffinity", "has no effect yet: requests are balanced one by one", "use None");
        }
        for (var name : List.of(
                "sessionAffinityConfig",
                "externalIPs",
                "externalName",
                "externalTrafficPolicy",
                "internalTrafficPolicy",
                "loadBalancerIP",
                "loadBalancerClass",
                "loadBalancerSourceRanges",
                "publishNotReadyAddresses",
                "trafficDistribution")) {
            boolean harmless =
                    name.endsWith("TrafficPolicy") && spec.text(name).orElse("").equals("Cluster");
            if (!harmless) {
                spec.warn(name, "has no effect", "remove it");
            }
        }
    }

    private static List<ServicePort> ports(Fields spec) {
        var result = new ArrayList<ServicePort>();
        var names = new HashSet<String>();
        var numbers = new HashSet<Integer>();
        var ports = spec.objects("ports");
        for (var port : ports) {
            var name = portName(port, ports.size());
            int number = port.requiredInteger("port", 1, 65_535);
            if (!name.isEmpty() && !names.add(name)) {
                port.error("name", "another port is named \"" + name + "\"", "give each port its own name");
            }
            port.accept("nodePort");
            if (!isTcp(port)) {
                port.accept("targetPort", "appProtocol");
                continue;
            }
            if (!numbers.add(number)) {
                port.error("port", "another port has the number " + number, "give each port its own number");
            }
            result.add(servicePort(port, name, number));
        }
        if (result.isEmpty()) {
            spec.error("ports", "a service needs at least one TCP port", "add one to ports");
        }
        return result;
    }

    private static String portName(Fields port, int count) {
        var name = port.text("name").orElse("");
        if (name.isEmpty() && count > 1) {
            port.error("name", "is required when a service has several ports", "name each port");
        }
        if (!name.isEmpty() && !Names.isLabel(name)) {
            port.error("name", "\"" + name + "\" is not a port name", "use lower-case letters, digits and hyphens");
        }
        return name;
    }

    private static boolean isTcp(Fields port) {
        var transport = port.choice("protocol", List.of("TCP", "UDP", "SCTP")).orElse("TCP");
        if (!transport.equals("TCP")) {
            port.warning(
                    "protocol",
                    transport + " is not carried by the mesh: this port is left out",
                    "call it past the mesh");
        }
        return transport.equals("TCP");
    }

    private static ServicePort servicePort(Fields port, String name, int number) {
        var protocol = protocol(port, name);
        var served = new Port(number, name, protocol);
        if (!port.isText("targetPort")) {
            return new ServicePort(served, port.integer("targetPort", 1, 65_535).orElse(0), "");
        }
        var target = port.text("targetPort").orElse("");
        if (!target.isEmpty() && !Names.isPortName(target)) {
            port.error(
                    "targetPort",
                    "\"" + target + "\" is neither a number nor a port name",
                    "use a number from 1 to 65535 or a port's name");
        }
        return new ServicePort(served, 0, target);
    }

    /// What is spoken on the port, found as Istio finds it: `appProtocol`, else the part of the name before its
    /// first hyphen.
    private static Port.Protocol protocol(Fields port, String name) {
        var declared = port.text("appProtocol");
        int hyphen = name.indexOf('-');
        var fromName = name.startsWith("grpc-web") ? "grpc-web" : hyphen < 0 ? name : name.substring(0, hyphen);
        var protocol = declared.orElse(fromName);
        if (TCP_PROTOCOLS.contains(protocol)) {
            return Port.Protocol.TCP;
        }
        if (!HTTP_PROTOCOLS.contains(protocol)) {
            port.warning(
                    declared.isPresent() ? "appProtocol" : "name",
                    "does not tell the protocol: taken as HTTP",
                    "name the port http or http-..., or set appProtocol");
        }
        return HTTP2_PROTOCOLS.contains(protocol) ? Port.Protocol.HTTP2 : Port.Protocol.HTTP;
    }
}
