package io.heddle.xds.client;

import io.envoyproxy.envoy.config.core.v3.Node;
import java.util.Map;

/// Who a client says it is (`core.v3.Node`).
///
/// @param id the node id
/// @param cluster the node cluster
/// @param metadata strings, numbers, booleans, and collections and maps of them
/// @param version the client's own version
public record NodeInfo(String id, String cluster, Map<String, Object> metadata, String version) {
    public NodeInfo {
        metadata = Map.copyOf(metadata);
    }

    Node message() {
        return Node.newBuilder()
                .setId(id)
                .setCluster(cluster)
                .setMetadata(StructWriter.struct(metadata))
                .setUserAgentName("heddle")
                .setUserAgentVersion(version)
                .build();
    }
}
