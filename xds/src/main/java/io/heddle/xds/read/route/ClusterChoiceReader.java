package io.heddle.xds.read.route;

import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster;
import io.heddle.traffic.balance.host.MetadataMatch;
import io.heddle.traffic.layer.RuntimeKey;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.route.ClusterChoice;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.HeadTexts;
import io.heddle.xds.read.core.LabelReader;
import io.heddle.xds.read.core.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads which cluster a forwarded request goes to.
final class ClusterChoiceReader {
    private static final Fields<WeightedCluster> WEIGHTED = Fields.ignoringOthers(WeightedCluster.class)
            .reads("clusters", "header_name", "runtime_key_prefix")
            .limits("use_hash_policy", "the route's `hash_policy`")
            .accepts("total_weight", "the sum of the weights counts");
    private static final Fields<WeightedCluster.ClusterWeight> SHARE = Fields.ignoringOthers(
                    WeightedCluster.ClusterWeight.class)
            .reads("name", "cluster_header", "weight", "host_rewrite_literal")
            .reads("request_headers_to_add", "request_headers_to_remove")
            .reads("response_headers_to_add", "response_headers_to_remove", "typed_per_filter_config")
            .limits("metadata_match", "`envoy.lb`, added to what the route says");

    /// What of choices is read.
    static final List<Fields<?>> FIELDS = List.of(WEIGHTED, SHARE);

    private ClusterChoiceReader() {}

    /// The choice of `message`; `route` is what holds for its route.
    static Optional<ClusterChoice> read(RouteAction message, Inherited route, Scope scope) {
        var match = LabelReader.match(message.getMetadataMatch(), scope.at("metadata_match"));
        return switch (message.getClusterSpecifierCase()) {
            case CLUSTER -> {
                scope.at("cluster").mention(message.getCluster(), route.table().validate());
                yield Optional.of(new ClusterChoice.One(plain(message.getCluster(), match, route)));
            }
            case CLUSTER_HEADER ->
                HeadTexts.headerName(message.getClusterHeader(), scope.at("cluster_header"))
                        .map(name -> new ClusterChoice.Header(name, plain("", match, route)));
            case WEIGHTED_CLUSTERS ->
                weighted(message.getWeightedClusters(), match, route, scope.at("weighted_clusters"));
            case CLUSTER_SPECIFIER_PLUGIN, INLINE_CLUSTER_SPECIFIER_PLUGIN -> Optional.empty(); // refused above
            case CLUSTERSPECIFIER_NOT_SET -> {
                scope.error("names no cluster", "set cluster or weighted_clusters");
                yield Optional.empty();
            }
        };
    }

    private static ClusterChoice.Target plain(String cluster, MetadataMatch match, Inherited route) {
        return new ClusterChoice.Target(
                cluster,
                Optional.empty(),
                route.changes().request(),
                route.changes().response(),
                Map.of(),
                match);
    }

    private static Optional<ClusterChoice> weighted(
            WeightedCluster message, MetadataMatch match, Inherited route, Scope scope) {
        scope.check(message, WEIGHTED);
        var choices = new ArrayList<ClusterChoice>();
        var bounds = new ArrayList<Integer>();
        long sum = 0;
        for (int i = 0; i < message.getClustersCount(); i++) {
            var share = message.getClusters(i);
            choices.add(share(share, match, route, scope.at("clusters", i)));
            sum += Integer.toUnsignedLong(share.getWeight().getValue());
            bounds.add((int) Math.min(sum, Integer.MAX_VALUE));
        }
        if (sum == 0 || sum > Integer.MAX_VALUE) {
            scope.error("weights sum to " + sum, "give at least one cluster a weight, and less than 2^31 in all");
            return Optional.empty();
        }
        Optional<HeaderName> header = message.getHeaderName().isEmpty()
                ? Optional.empty()
                : HeadTexts.headerName(message.getHeaderName(), scope.at("header_name"));
        return Optional.of(new ClusterChoice.Weighted(choices, bounds, header).overriddenBy(keys(message)));
    }

    /// What overrides the weights: a key for each of the clusters.
    private static List<RuntimeKey> keys(WeightedCluster message) {
        var prefix = message.getRuntimeKeyPrefix();
        return prefix.isEmpty()
                ? List.of()
                : message.getClustersList().stream()
                        .map(cluster -> RuntimeKey.of(prefix + "." + cluster.getName()))
                        .toList();
    }

    private static ClusterChoice share(
            WeightedCluster.ClusterWeight share, MetadataMatch match, Inherited route, Scope scope) {
        scope.check(share, SHARE);
        boolean named = !share.getName().isEmpty();
        if (named == !share.getClusterHeader().isEmpty()) {
            scope.at("name").error("is missing, or stands beside cluster_header", "name a cluster");
        } else if (named) {
            scope.at("name").mention(share.getName(), route.table().validate());
        }
        var own = Changes.read(
                new Changes.Source(
                        share.getRequestHeadersToAddList(),
                        share.getRequestHeadersToRemoveList(),
                        share.getResponseHeadersToAddList(),
                        share.getResponseHeadersToRemoveList(),
                        share.getTypedPerFilterConfigMap()),
                scope);
        // Whatever the table says, a weighted cluster's own changes come first, as in Envoy.
        var all = own.over(route.changes(), false);
        var target = new ClusterChoice.Target(
                share.getName(),
                HeadTexts.authority(share.getHostRewriteLiteral(), scope.at("host_rewrite_literal")),
                all.request(),
                all.response(),
                all.overrides(),
                match.and(LabelReader.match(share.getMetadataMatch(), scope.at("metadata_match"))));
        if (named) {
            return new ClusterChoice.One(target);
        }
        return HeadTexts.headerName(share.getClusterHeader(), scope.at("cluster_header"))
                .<ClusterChoice>map(name -> new ClusterChoice.Header(name, target))
                .orElseGet(() -> new ClusterChoice.One(target));
    }
}
