package io.heddle.xds.client;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
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
                .setMetadata(struct(metadata))
                .setUserAgentName("heddle")
                .setUserAgentVersion(version)
                .build();
    }

    private static Struct struct(Map<?, ?> map) {
        var struct = Struct.newBuilder();
        map.forEach((key, value) -> struct.putFields(String.valueOf(key), value(value)));
        return struct.build();
    }

    private static Value value(Object value) {
        var written = Value.newBuilder();
        return switch (value) {
            case Boolean flag -> written.setBoolValue(flag).build();
            case Number number -> written.setNumberValue(number.doubleValue()).build();
            case Map<?, ?> map -> written.setStructValue(struct(map)).build();
            case Iterable<?> items -> {
                var list = ListValue.newBuilder();
                items.forEach(item -> list.addValues(value(item)));
                yield written.setListValue(list).build();
            }
            case String text -> written.setStringValue(text).build();
            default -> throw new IllegalArgumentException("not a metadata value: " + value.getClass());
        };
    }
}
