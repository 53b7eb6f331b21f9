package io.heddle.xds.read.listener;

import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.heddle.traffic.route.ClusterChoice;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.core.Values;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads the network filters that a chain can end with.
final class NetworkFilterReader {
    private static final Fields<TcpProxy> TCP_PROXY = Fields.ignoringOthers(TcpProxy.class)
            .reads("stat_prefix", "cluster", "weighted_clusters", "idle_timeout", "access_log")
            .refuses("metadata_match", "tunneling_config", "on_demand", "hash_policy");
    private static final Fields<TcpProxy.WeightedCluster> WEIGHTED =
            Fields.refusingOthers(TcpProxy.WeightedCluster.class).reads("clusters");
    private static final Fields<TcpProxy.WeightedCluster.ClusterWeight> SHARE =
            Fields.refusingOthers(TcpProxy.WeightedCluster.ClusterWeight.class).reads("name", "weight");

    /// What of network filters is read.
    static final List<Fields<?>> FIELDS = List.of(TCP_PROXY, WEIGHTED, SHARE);

    private static final String HTTP =
            "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
    private static final String TCP = "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy";
    private static final Duration TCP_IDLE = Duration.ofHours(1);

    private NetworkFilterReader() {}

    static Optional<NetworkFilter> read(Filter message, Scope scope) {
        var here = scope.at("typed_config");
        return switch (Scope.type(message.getTypedConfig())) {
            case HTTP ->
                here.unpack(message.getTypedConfig(), HttpConnectionManager.parser())
                        .map(manager -> HttpConnectionReader.read(manager, here));
            case TCP -> here.unpack(message.getTypedConfig(), TcpProxy.parser()).flatMap(proxy -> tcp(proxy, here));
            default -> {
                scope.error("network filter " + message.getName() + " is not supported", "remove it");
                yield Optional.empty();
            }
        };
    }

    private static Optional<NetworkFilter> tcp(TcpProxy message, Scope scope) {
        scope.check(message, TCP_PROXY);
        if (message.getStatPrefix().isEmpty()) {
            scope.at("stat_prefix").error("is empty", "write what its figures are called by, for example database");
        }
        var idle = message.hasIdleTimeout()
                ? Values.duration(message.getIdleTimeout(), TCP_IDLE, scope.at("idle_timeout"))
                : TCP_IDLE;
        var logs = AccessLogReader.read(message.getAccessLogList(), scope);
        return clusters(message, scope)
                .map(choice -> new NetworkFilter.Tcp(message.getStatPrefix(), choice, idle, logs));
    }

    private static Optional<ClusterChoice> clusters(TcpProxy message, Scope scope) {
        return switch (message.getClusterSpecifierCase()) {
            case CLUSTER -> {
                scope.at("cluster").mention(message.getCluster(), Optional.of(false));
                yield Optional.of(new ClusterChoice.One(ClusterChoice.Target.of(message.getCluster())));
            }
            case WEIGHTED_CLUSTERS -> weighted(message.getWeightedClusters(), scope.at("weighted_clusters"));
            case CLUSTERSPECIFIER_NOT_SET -> {
                scope.at("cluster").error("is missing", "set cluster or weighted_clusters");
                yield Optional.empty();
            }
        };
    }

    private static Optional<ClusterChoice> weighted(TcpProxy.WeightedCluster message, Scope scope) {
        scope.check(message, WEIGHTED);
        var targets = new ArrayList<ClusterChoice.Target>();
        var bounds = new ArrayList<Integer>();
        long sum = 0;
        for (int i = 0; i < message.getClustersCount(); i++) {
            var share = message.getClusters(i);
            var here = scope.at("clusters", i);
            here.check(share, SHARE);
            if (share.getName().isEmpty()) {
                here.at("name").error("is missing", "name a cluster");
            } else {
                here.at("name").mention(share.getName(), Optional.of(false));
            }
            if (share.getWeight() == 0) {
                here.at("weight").error("is 0", "write 1 or more, or remove the cluster");
            }
            targets.add(ClusterChoice.Target.of(share.getName()));
            sum += Integer.toUnsignedLong(share.getWeight());
            bounds.add((int) Math.min(sum, Integer.MAX_VALUE));
        }
        if (sum == 0 || sum > Integer.MAX_VALUE) {
            scope.error("weights sum to " + sum, "give at least one cluster a weight, and less than 2^31 in all");
            return Optional.empty();
        }
        return Optional.of(ClusterChoice.Weighted.ofTargets(targets, bounds));
    }
}
