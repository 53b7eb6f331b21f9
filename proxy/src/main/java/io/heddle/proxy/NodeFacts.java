package io.heddle.proxy;

import io.heddle.traffic.request.PeerMetadata;
import io.heddle.xds.client.NodeInfo;
import io.heddle.xds.read.Bootstrap;
import java.util.HashMap;
import java.util.Map;

/// Who this proxy is, out of its bootstrap's node and its options.
///
/// @param id the node's id
/// @param cluster the node's cluster
/// @param metadata the node's metadata, with the names of Istio's agents
record NodeFacts(String id, String cluster, Map<String, Object> metadata) {
    NodeFacts {
        metadata = Map.copyOf(metadata);
    }

    static NodeFacts of(Bootstrap.Node node, ProxyOptions.NodeOverrides overrides) {
        var metadata = new HashMap<>(node.metadata());
        metadata.putAll(overrides.metadata());
        return new NodeFacts(
                overrides.id().orElse(node.id()), overrides.cluster().orElse(node.cluster()), metadata);
    }

    /// Whether it knows which workload it stands for.
    boolean hasWorkload() {
        return metadata.get("WORKLOAD_NAME") instanceof String name && !name.isEmpty();
    }

    /// The workload it stands for, for metrics and for peers.
    PeerMetadata workload() {
        var labels = metadata.get("LABELS") instanceof Map<?, ?> map ? map : Map.of();
        var unknown = PeerMetadata.UNKNOWN;
        return new PeerMetadata(
                text(metadata, "WORKLOAD_NAME", unknown.workload()),
                text(metadata, "NAMESPACE", unknown.namespace()),
                text(labels, "service.istio.io/canonical-name", text(labels, "app", unknown.service())),
                text(labels, "service.istio.io/canonical-revision", text(labels, "version", unknown.revision())),
                text(metadata, "CLUSTER_ID", unknown.cluster()));
    }

    NodeInfo info(String version) {
        return new NodeInfo(id, cluster, metadata, version);
    }

    private static String text(Map<?, ?> map, String name, String fallback) {
        return map.get(name) instanceof String text && !text.isEmpty() ? text : fallback;
    }
}
