package io.heddle.xds.read.core;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.balance.host.MetadataMatch;
import java.util.HashMap;
import java.util.Map;

/// Reads the metadata that subsets are made by, and that transport sockets are picked by.
public final class LabelReader {
    private static final String FILTER = "envoy.lb";
    private static final int DEEPEST = 32;

    private LabelReader() {}

    /// The labels of an endpoint.
    public static Map<String, LabelValue> labels(Metadata message) {
        return labels(message, FILTER);
    }

    /// What stands in one namespace.
    public static Map<String, LabelValue> labels(Metadata message, String namespace) {
        var struct = message.getFilterMetadataMap().get(namespace);
        return struct == null ? Map.of() : labels(struct);
    }

    /// All metadata, by namespace.
    public static Map<String, LabelValue.Fields> all(Metadata message) {
        var all = new HashMap<String, LabelValue.Fields>();
        message.getFilterMetadataMap().forEach((name, struct) -> all.put(name, new LabelValue.Fields(labels(struct))));
        return all;
    }

    /// The labels that a request should find; other metadata than `envoy.lb` is reported.
    public static MetadataMatch match(Metadata message, Scope scope) {
        for (var filter : message.getFilterMetadataMap().keySet()) {
            if (!filter.equals(FILTER)) {
                scope.at("filter_metadata", filter).warning("has no effect", "write it under envoy.lb");
            }
        }
        if (message.getTypedFilterMetadataCount() > 0) {
            scope.at("typed_filter_metadata").warning("has no effect", "use filter_metadata");
        }
        return MetadataMatch.of(labels(message));
    }

    /// The labels of one struct.
    public static Map<String, LabelValue> labels(Struct message) {
        return labels(message, 0);
    }

    private static Map<String, LabelValue> labels(Struct message, int depth) {
        var labels = new HashMap<String, LabelValue>();
        message.getFieldsMap().forEach((key, value) -> labels.put(key, value(value, depth)));
        return labels;
    }

    private static LabelValue value(Value message, int depth) {
        return switch (message.getKindCase()) {
            case STRING_VALUE -> new LabelValue.Text(message.getStringValue());
            case NUMBER_VALUE -> new LabelValue.Numeric(message.getNumberValue());
            case BOOL_VALUE -> new LabelValue.Flag(message.getBoolValue());
            case LIST_VALUE ->
                depth >= DEEPEST
                        ? new LabelValue.Nothing()
                        : new LabelValue.Items(message.getListValue().getValuesList().stream()
                                .map(item -> value(item, depth + 1))
                                .toList());
            case STRUCT_VALUE ->
                depth >= DEEPEST
                        ? new LabelValue.Nothing()
                        : new LabelValue.Fields(labels(message.getStructValue(), depth + 1));
            case NULL_VALUE, KIND_NOT_SET -> new LabelValue.Nothing();
        };
    }
}
