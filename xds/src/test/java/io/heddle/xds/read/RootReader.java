package io.heddle.xds.read;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.service.runtime.v3.Runtime;
import io.heddle.model.problem.Problem;
import io.heddle.xds.read.cluster.ClusterReader;
import io.heddle.xds.read.cluster.EndpointReader;
import io.heddle.xds.read.core.Findings;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.listener.ListenerReader;
import io.heddle.xds.read.route.RouteReader;
import io.heddle.xds.read.tls.SecretReader;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;

/// Reads messages that stand by themselves, each as what reads its kind.
final class RootReader {
    private RootReader() {}

    /// What there is to say of the message of kind `root` in `bytes`.
    static List<Problem> read(String root, ByteString bytes) throws InvalidProtocolBufferException {
        var findings = new Findings();
        var scope = new Scope(findings, root, "");
        switch (root) {
            case "Listener" -> ListenerReader.read(Listener.parseFrom(bytes), scope);
            case "RouteConfiguration" -> RouteReader.read(RouteConfiguration.parseFrom(bytes), scope);
            case "Cluster" -> ClusterReader.read(fit(Cluster.parseFrom(bytes)), _ -> Optional.empty(), scope);
            case "ClusterLoadAssignment" -> EndpointReader.read(ClusterLoadAssignment.parseFrom(bytes), false, scope);
            case "Secret" -> SecretReader.read(Secret.parseFrom(bytes), new HashMap<>(), new HashMap<>(), scope);
            case "Bootstrap" -> BootstrapReader.read(Bootstrap.parseFrom(bytes), "", scope);
            case "Runtime" -> LayerReader.resource(Runtime.parseFrom(bytes), scope);
            default -> throw new IllegalStateException(root);
        }
        return findings.problems();
    }

    /// The type and the policy under which the fields that belong to them are looked at.
    private static Cluster fit(Cluster cluster) {
        var fit = cluster.toBuilder();
        if (cluster.hasEdsClusterConfig()) {
            fit.setType(Cluster.DiscoveryType.EDS);
            if (!cluster.getEdsClusterConfig().hasEdsConfig()) {
                fit.getEdsClusterConfigBuilder()
                        .setEdsConfig(ConfigSource.newBuilder().setAds(AggregatedConfigSource.getDefaultInstance()));
            }
        }
        fit.setLbPolicy(policy(cluster));
        return fit.build();
    }

    private static Cluster.LbPolicy policy(Cluster cluster) {
        return switch (cluster.getLbConfigCase()) {
            case RING_HASH_LB_CONFIG -> Cluster.LbPolicy.RING_HASH;
            case MAGLEV_LB_CONFIG -> Cluster.LbPolicy.MAGLEV;
            case LEAST_REQUEST_LB_CONFIG -> Cluster.LbPolicy.LEAST_REQUEST;
            case ORIGINAL_DST_LB_CONFIG, ROUND_ROBIN_LB_CONFIG, LBCONFIG_NOT_SET -> cluster.getLbPolicy();
        };
    }
}
