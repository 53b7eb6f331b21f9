package io.heddle.xds.schema;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A kind of message. Immutable.
public final class MessageKind {
    private final String name;
    private final boolean mapEntry;
    private final Map<Integer, FieldKind> byNumber = new LinkedHashMap<>();
    private final Map<String, FieldKind> byName = new HashMap<>();

    MessageKind(String name, boolean mapEntry, List<FieldKind> fields) {
        this.name = name;
        this.mapEntry = mapEntry;
        fields.forEach(field -> {
            byNumber.put(field.number(), field);
            byName.put(field.jsonName(), field);
        });
        fields.forEach(field -> byName.put(field.name(), field));
    }

    /// The full name, for example `envoy.config.cluster.v3.Cluster`.
    public String name() {
        return name;
    }

    /// Whether it is the entry of a map: `key` is field 1, `value` is field 2.
    boolean isMapEntry() {
        return mapEntry;
    }

    /// All fields, as the API orders them.
    public Collection<FieldKind> fields() {
        return byNumber.values();
    }

    /// The field with this number.
    public Optional<FieldKind> field(int number) {
        return Optional.ofNullable(byNumber.get(number));
    }

    /// The field with this name, in either form.
    public Optional<FieldKind> field(String named) {
        return Optional.ofNullable(byName.get(named));
    }
}
