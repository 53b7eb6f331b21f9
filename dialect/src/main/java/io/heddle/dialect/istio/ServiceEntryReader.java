package io.heddle.dialect.istio;

import io.heddle.dialect.tree.Addresses;
import io.heddle.dialect.tree.Fields;
import io.heddle.dialect.tree.Names;
import io.heddle.model.name.ObjectName;
import io.heddle.model.name.Port;
import io.heddle.model.name.Selector;
import io.heddle.model.name.ServiceName;
import io.heddle.model.resource.Resource;
import io.heddle.model.resource.Service;
import io.heddle.model.resource.Service.Location;
import io.heddle.model.resource.Service.Resolution;
import io.heddle.model.resource.Service.ServicePort;
import io.heddle.model.resource.Workload;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/// Reads an Istio ServiceEntry.
public final class ServiceEntryReader {
    private static final List<String> PROTOCOLS =
            List.of("HTTP", "HTTP2", "GRPC", "GRPC-WEB", "HTTPS", "TLS", "TCP", "MONGO");

    private ServiceEntryReader() {}

    /// The service in `root`; its first host stands as its name.
    public static Resource read(Fields root) {
        var spec = root.requiredObject("spec");
        otherFields(spec);
        var hosts = hosts(spec);
        var resolution = resolution(spec);
        var location = spec.choice("location", List.of("MESH_EXTERNAL", "MESH_INTERNAL"))
                .map(Location::valueOf)
                .orElse(Location.MESH_EXTERNAL);
        var selector = spec.optionalObject("workloadSelector").map(fields -> Names.selector(fields, "labels"));
        var endpoints = endpoints(spec);
        checkEndpoints(spec, resolution, selector, hosts);
        return new Service(
                root.object(),
                new ServiceName(root.object().namespace(), hosts.isEmpty() ? "" : hosts.getFirst()),
                hosts,
                ports(spec),
                selector,
                location,
                resolution,
                endpoints,
                addresses(spec));
    }

    private static void otherFields(Fields spec) {
        spec.refuse(
                "subjectAltNames",
                "cannot be enforced yet: a server's names would not be verified",
                "remove it if that will do");
        boolean everywhere = spec.texts("exportTo").equals(List.of("*"));
        if (spec.has("exportTo") && !everywhere) {
            spec.warning("exportTo", "has no effect yet: the service is visible everywhere", "use [\"*\"]");
        }
    }

    private static List<String> addresses(Fields spec) {
        var addresses = spec.texts("addresses");
        for (int i = 0; i < addresses.size(); i++) {
            if (!Addresses.isBlock(addresses.get(i))) {
                spec.error(
                        "addresses[" + i + "]",
                        "\"" + addresses.get(i) + "\" is neither an IP address nor a range",
                        "for example 240.0.0.1 or 10.9.0.0/16");
            }
        }
        return addresses;
    }

    private static List<String> hosts(Fields spec) {
        var hosts = spec.texts("hosts");
        if (hosts.isEmpty()) {
            spec.error("hosts", "at least one host is required", "add the service's DNS name");
        }
        var seen = new HashSet<String>();
        for (int i = 0; i < hosts.size(); i++) {
            if (!Names.isWildcardDnsName(hosts.get(i))) {
                spec.error(
                        "hosts[" + i + "]",
                        "\"" + hosts.get(i) + "\" is not a host name",
                        "use a lower-case DNS name; only its first label may be *");
            } else if (!seen.add(hosts.get(i))) {
                spec.error("hosts[" + i + "]", "\"" + hosts.get(i) + "\" is given twice", "remove one");
            }
        }
        return hosts;
    }

    private static Resolution resolution(Fields spec) {
        var name = spec.choice("resolution", List.of("NONE", "STATIC", "DNS", "DNS_ROUND_ROBIN", "DYNAMIC_DNS"))
                .orElse("NONE");
        return switch (name) {
            case "STATIC" -> Resolution.STATIC;
            case "DNS" -> Resolution.DNS;
            case "DNS_ROUND_ROBIN" -> {
                spec.warning("resolution", "DNS_ROUND_ROBIN is carried out as DNS: all addresses are used", "use DNS");
                yield Resolution.DNS;
            }
            case "DYNAMIC_DNS" -> {
                spec.error("resolution", "DYNAMIC_DNS is not supported yet", "use DNS with exact hosts");
                yield Resolution.DNS;
            }
            default -> Resolution.NONE;
        };
    }

    private static void checkEndpoints(
            Fields spec, Resolution resolution, Optional<Selector> selector, List<String> hosts) {
        boolean endpoints = spec.has("endpoints");
        if (endpoints && selector.isPresent()) {
            spec.error("endpoints", "does not go with workloadSelector", "use one of them");
        }
        if (selector.isPresent() && selector.get().isEmpty()) {
            spec.error("workloadSelector.labels", "is required", "name the labels of the workloads");
        }
        switch (resolution) {
            case STATIC -> {
                if (!endpoints && selector.isEmpty()) {
                    spec.error(
                            "endpoints", "STATIC resolution needs endpoints or a workloadSelector", "add one of them");
                }
            }
            case DNS -> {
                if (!endpoints && hosts.stream().anyMatch(host -> host.startsWith("*"))) {
                    spec.error("hosts", "a wildcard cannot be resolved by DNS", "name endpoints or exact hosts");
                }
            }
            case NONE -> {
                if (endpoints) {
                    spec.error("endpoints", "do not go with resolution NONE", "set resolution: STATIC or DNS");
                }
            }
        }
    }

    private static List<ServicePort> ports(Fields spec) {
        var result = new ArrayList<ServicePort>();
        var names = new HashSet<String>();
        var numbers = new HashSet<Integer>();
        for (var port : spec.objects("ports")) {
            int number = port.requiredInteger("number", 1, 65_535);
            var name = Names.requiredLabel(port, "name");
            if (!name.isEmpty() && !names.add(name)) {
                port.error("name", "another port is named \"" + name + "\"", "give each port its own name");
            }
            if (!numbers.add(number)) {
                port.error("number", "another port has the number " + number, "give each port its own number");
            }
            var protocol = port.choice("protocol", PROTOCOLS);
            if (protocol.isEmpty() && !port.has("protocol")) {
                port.warning("protocol", "is absent: taken as HTTP", "set protocol");
            }
            var served = new Port(number, name, spoken(protocol.orElse("HTTP")));
            result.add(new ServicePort(
                    served, port.integer("targetPort", 1, 65_535).orElse(0), ""));
        }
        if (result.isEmpty()) {
            spec.error("ports", "at least one port is required", "add one to ports");
        }
        return result;
    }

    private static Port.Protocol spoken(String protocol) {
        return switch (protocol) {
            case "HTTP", "GRPC-WEB" -> Port.Protocol.HTTP;
            case "HTTP2", "GRPC" -> Port.Protocol.HTTP2;
            default -> Port.Protocol.TCP;
        };
    }

    private static List<Workload> endpoints(Fields spec) {
        var result = new ArrayList<Workload>();
        for (var endpoint : spec.objects("endpoints")) {
            var object = spec.object();
            result.add(WorkloadEntryReader.endpoint(
                    endpoint, new ObjectName(object.kind(), object.namespace(), object.name() + "-" + result.size())));
        }
        return result;
    }
}
