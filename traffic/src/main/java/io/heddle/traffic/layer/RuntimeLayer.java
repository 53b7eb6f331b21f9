package io.heddle.traffic.layer;

import java.util.Map;

/// One layer of a runtime.
///
/// @param name its name; of the layers of a runtime each has its own
/// @param values what it says, by key
public record RuntimeLayer(String name, Map<String, RuntimeValue> values) {
    public RuntimeLayer {
        values = Map.copyOf(values);
    }
}
