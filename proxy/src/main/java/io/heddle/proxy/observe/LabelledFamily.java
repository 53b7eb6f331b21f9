package io.heddle.proxy.observe;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// A family of samples that differ in their labels.
///
/// @param name the family
/// @param type `counter` or `gauge`
/// @param help what it counts
/// @param labels the labels' names
/// @param values the labels' values, in the order of the names → the sample
public record LabelledFamily(
        String name, String type, String help, List<String> labels, Map<List<String>, Long> values) {
    public LabelledFamily {
        labels = List.copyOf(labels);
        values = Map.copyOf(values);
    }

    /// One of samples that differ in one label.
    public LabelledFamily(String name, String type, String help, String label, Map<String, Long> values) {
        this(
                name,
                type,
                help,
                List.of(label),
                values.entrySet().stream()
                        .collect(Collectors.toMap(entry -> List.of(entry.getKey()), Map.Entry::getValue)));
    }
}
