package io.heddle.traffic.balance.host;

import java.util.List;
import java.util.Map;

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
    }

    /// Nothing, written down (`null`).
    record Nothing() implements LabelValue {}

    /// Whether this value, an endpoint's, is what is `wanted`; with `listAsAny` one of several values is enough.
    default boolean fits(LabelValue wanted, boolean listAsAny) {
        if (equals(wanted)) {
            return true;
        }
        return listAsAny && this instanceof Items(var values) && values.contains(wanted);
    }
}
