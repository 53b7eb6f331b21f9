package io.heddle.proxy.observe;

import java.util.Map;

/// A family of samples that differ in one label.
///
/// @param name the family
/// @param type `counter` or `gauge`
/// @param help what it counts
/// @param label the label's name
/// @param values the label's value → the sample
public record LabelledFamily(String name, String type, String help, String label, Map<String, Long> values) {
    public LabelledFamily {
        values = Map.copyOf(values);
    }
}
