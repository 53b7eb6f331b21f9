package io.heddle.model.name;

/// A service inside its namespace, for example `catalog.shop`.
///
/// @param namespace the namespace, a DNS label (RFC 1123)
/// @param name the service's own name, a DNS label, or a whole host name for a service outside the mesh
public record ServiceName(String namespace, String name) implements Comparable<ServiceName> {
    /// Reads `name.namespace`; without a dot the namespace is `fallbackNamespace`.
    public static ServiceName parse(String text, String fallbackNamespace) {
        int dot = text.indexOf('.');
        return dot < 0
                ? new ServiceName(fallbackNamespace, text)
                : new ServiceName(text.substring(dot + 1), text.substring(0, dot));
    }

    /// The fully qualified host, for example `catalog.shop.svc.cluster.local`.
    public String host(String domainSuffix) {
        return name + "." + namespace + ".svc." + domainSuffix;
    }

    @Override
    public int compareTo(ServiceName other) {
        int byNamespace = namespace.compareTo(other.namespace);
        return byNamespace != 0 ? byNamespace : name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return name + "." + namespace;
    }
}
