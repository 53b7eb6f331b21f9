package io.heddle.traffic.balance.host;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A value in the metadata that subsets are made by (`google.protobuf.Value`); two are equal when they say the same.
public sealed interface LabelValue {
    /// A text.
    record Text(String value) implements LabelValue {}

    /// A number.
    record Numeric(double value) implements LabelValue {}

    /// True or false.
    record Flag(boolean value) implements LabelValue {}

    /// Several values.
    record Items(List<LabelValue> values) implements LabelValue {
        public Items {
            values = List.copyOf(values);
        }
    }

    /// Named values.
    record Fields(Map<String, LabelValue> values) implements LabelValue {
        public Fields {
            values = Map.copyOf(values);
        }

        /// What stands at `path` in them; they themselves where it is empty.
        public Optional<LabelValue> at(List<String> path) {
            LabelValue value = this;
            for (int i = 0; i < path.size() && value != null; i++) {
                value = value instanceof Fields(var members) ? members.get(path.get(i)) : null;
            }
            return Optional.ofNullable(value);
        }
    }

    /// Nothing, written down (`null`).
    record Nothing() implements LabelValue {}

    /// What stands at `path` below `namespace` in metadata; all of the namespace's where the path is empty.
    static Optional<LabelValue> at(Map<String, Fields> metadata, String namespace, List<String> path) {
        return Optional.ofNullable(metadata.get(namespace)).flatMap(found -> found.at(path));
    }

    /// Whether this value, an endpoint's, is what is `wanted`; with `listAsAny` one of several values is enough.
    default boolean fits(LabelValue wanted, boolean listAsAny) {
        if (equals(wanted)) {
            return true;
        }
        return listAsAny && this instanceof Items(var values) && values.contains(wanted);
    }
}
