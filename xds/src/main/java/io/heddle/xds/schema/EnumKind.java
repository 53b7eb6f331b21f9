package io.heddle.xds.schema;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// A kind of enum.
///
/// @param values the number of each value, by name, as the API orders them
record EnumKind(Map<String, Integer> values) {
    EnumKind {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }
}
