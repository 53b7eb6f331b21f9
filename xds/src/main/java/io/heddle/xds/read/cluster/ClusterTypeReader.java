package io.heddle.xds.read.cluster;

import com.google.protobuf.Parser;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.CustomClusterType;
import io.envoyproxy.envoy.config.core.v3.UpstreamHttpProtocolOptions;
import io.envoyproxy.envoy.extensions.clusters.aggregate.v3.ClusterConfig;
import io.envoyproxy.envoy.extensions.clusters.dns.v3.DnsCluster;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.Cluster.Discovery;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.Scope;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Reads cluster types that are extensions.
public final class ClusterTypeReader {
    private static final Fields<CustomClusterType> TYPE = Fields.refusingOthers(CustomClusterType.class)
            .reads("name")
            .limits("typed_config", "the settings of the types below, and `DnsCluster`");
    private static final Fields<ClusterConfig> AGGREGATE =
            Fields.refusingOthers(ClusterConfig.class).limits("clusters", "known ones, without circles");

    /// What of cluster types is read.
    static final List<Fields<?>> FIELDS = List.of(TYPE, AGGREGATE);

    private static final String DNS = "envoy.extensions.clusters.dns.v3.DnsCluster";

    private static final String AGGREGATE_TYPE = "envoy.extensions.clusters.aggregate.v3.ClusterConfig";

    private static final String DYNAMIC_TYPE = "envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig";
    private static final Parser<io.envoyproxy.envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig>
            DYNAMIC = io.envoyproxy.envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig.parser();
    private static final String PARTS = "cluster_type.typed_config.clusters";

    private ClusterTypeReader() {}

    /// Whether the hosts of such a cluster may be found by name.
    public static boolean mayBeNamed(io.envoyproxy.envoy.config.cluster.v3.Cluster message) {
        return message.hasClusterType()
                || message.getType() == io.envoyproxy.envoy.config.cluster.v3.Cluster.DiscoveryType.STRICT_DNS
                || message.getType() == io.envoyproxy.envoy.config.cluster.v3.Cluster.DiscoveryType.LOGICAL_DNS;
    }

    /// `names` are the options that say what follows from the host's name.
    static Discovery read(CustomClusterType message, Optional<UpstreamHttpProtocolOptions> names, Scope scope) {
        scope.check(message, TYPE);
        var any = message.getTypedConfig();
        var here = scope.at("typed_config");
        return switch (Scope.type(any)) {
            case DNS ->
                here.unpack(any, DnsCluster.parser())
                        .map(found -> dns(message.getName(), found, here))
                        .orElse(Discovery.STATIC);
            case AGGREGATE_TYPE ->
                here.unpack(any, ClusterConfig.parser())
                        .map(found -> aggregate(found, here))
                        .orElse(Discovery.STATIC);
            case DYNAMIC_TYPE ->
                here.unpack(any, DYNAMIC)
                        .map(found -> DynamicForwardReader.cluster(found, names, here))
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

    private static Discovery aggregate(ClusterConfig message, Scope scope) {
        scope.check(message, AGGREGATE);
        if (message.getClustersCount() == 0) {
            scope.at("clusters").error("is empty", "name at least one cluster");
        }
        for (int i = 0; i < message.getClustersCount(); i++) {
            scope.at("clusters", i).mention(message.getClusters(i), Optional.empty());
        }
        return new Discovery.Aggregate(message.getClustersList());
    }

    /// Refuses aggregate clusters that lead back to themselves, or that name clusters whose hosts each request names.
    public static void checkAggregates(Map<String, Cluster> clusters, Scope scope) {
        for (var cluster : new TreeMap<>(clusters).values()) {
            if (cluster.discovery() instanceof Discovery.Aggregate(var parts)) {
                checkParts(
                        parts, clusters, scope.of("Cluster " + cluster.name()).at(PARTS));
                circle(cluster, cluster.name(), clusters, new HashSet<>())
                        .ifPresent(path -> scope.of("Cluster " + cluster.name())
                                .at(PARTS)
                                .error("leads back to the cluster itself: " + path, "take one of them out"));
            }
        }
    }

    /// Whether each request names its host.
    private static boolean namesHosts(Cluster cluster) {
        return switch (cluster.discovery()) {
            case Discovery.OriginalDestination _, Discovery.DynamicForward _ -> true;
            case Discovery.Static _, Discovery.Eds _, Discovery.Dns _, Discovery.Aggregate _ -> false;
        };
    }

    private static void checkParts(List<String> parts, Map<String, Cluster> clusters, Scope scope) {
        for (int i = 0; i < parts.size(); i++) {
            var part = clusters.get(parts.get(i));
            if (part != null && namesHosts(part)) {
                scope.at(i).error("cluster " + part.name() + " has no hosts of its own", "take it out");
            }
        }
    }

    /// The way from `cluster` to the one called `goal`, not by those that were `seen` on other ways.
    private static Optional<String> circle(
            Cluster cluster, String goal, Map<String, Cluster> clusters, Set<String> seen) {
        if (!(cluster.discovery() instanceof Discovery.Aggregate(var parts))) {
            return Optional.empty();
        }
        for (var name : parts) {
            if (name.equals(goal)) {
                return Optional.of(cluster.name() + " → " + goal);
            }
            var part = clusters.get(name);
            if (part != null && seen.add(name)) {
                var rest = circle(part, goal, clusters, seen);
                if (rest.isPresent()) {
                    return rest.map(way -> cluster.name() + " → " + way);
                }
            }
        }
        return Optional.empty();
    }
}
