package io.heddle.xds.read;

import io.envoyproxy.envoy.config.cluster.v3.Cluster.CustomClusterType;
import io.envoyproxy.envoy.extensions.clusters.dns.v3.DnsCluster;
import io.heddle.traffic.runtime.Cluster.Discovery;
import java.util.List;

/// Reads cluster types that are extensions.
final class ClusterTypeReader {
    private static final Fields<CustomClusterType> TYPE =
            Fields.refusingOthers(CustomClusterType.class).reads("name").limits("typed_config", "`DnsCluster`");

    /// What of cluster types is read.
    static final List<Fields<?>> FIELDS = List.of(TYPE);

    private static final String DNS = "envoy.extensions.clusters.dns.v3.DnsCluster";

    private ClusterTypeReader() {}

    static Discovery read(CustomClusterType message, Scope scope) {
        scope.check(message, TYPE);
        var any = message.getTypedConfig();
        var here = scope.at("typed_config");
        return switch (Scope.type(any)) {
            case DNS ->
                here.unpack(any, DnsCluster.parser())
                        .map(found -> dns(message.getName(), found, here))
                        .orElse(Discovery.STATIC);
            default -> {
                var type = Scope.type(any).isEmpty() ? "without settings" : "(" + Scope.type(any) + ")";
                scope.error(
                        "cluster type " + message.getName() + " " + type + " is not supported",
                        "use type STATIC, EDS, STRICT_DNS or LOGICAL_DNS, or a cluster type of the reference");
                yield Discovery.STATIC;
            }
        };
    }

    /// By the older names of the extension, or as its settings say.
    private static Discovery dns(String name, DnsCluster message, Scope scope) {
        boolean logical = name.equals("envoy.cluster.logical_dns") || message.getAllAddressesInSingleEndpoint();
        return new Discovery.Dns(logical, DnsReader.extension(message, scope));
    }
}
