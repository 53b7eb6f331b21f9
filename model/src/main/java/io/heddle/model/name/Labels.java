package io.heddle.model.name;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/// A workload's or a resource's labels, sorted by key.
///
/// @param values label key to label value
public record Labels(Map<String, String> values) {
    public static final Labels NONE = new Labels(Map.of());

    public Labels {
        values = Collections.unmodifiableMap(new TreeMap<>(values));
    }

    /// The value of `key`, or `fallback`.
    public String value(String key, String fallback) {
        return values.getOrDefault(key, fallback);
    }
}
