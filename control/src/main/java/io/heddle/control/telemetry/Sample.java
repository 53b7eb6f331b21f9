package io.heddle.control.telemetry;

import java.util.Map;

/// One line of a Prometheus exposition.
///
/// @param name the metric's name
/// @param labels its labels
/// @param value its value; may be NaN or infinite
record Sample(String name, Map<String, String> labels, double value) {
    Sample {
        labels = Map.copyOf(labels);
    }

    /// The value of label `key`; empty when it is not there.
    String label(String key) {
        return labels.getOrDefault(key, "");
    }
}
