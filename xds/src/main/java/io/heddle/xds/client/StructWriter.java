package io.heddle.xds.client;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.util.Map;

/// Writes trees of maps, lists, texts, numbers and flags as `google.protobuf.Struct`.
public final class StructWriter {
    private StructWriter() {}

    /// The tree as a message; an [IllegalArgumentException] for anything else in it.
    public static Struct struct(Map<?, ?> map) {
        var struct = Struct.newBuilder();
        map.forEach((key, value) -> struct.putFields(String.valueOf(key), value(value)));
        return struct.build();
    }

    private static Value value(Object value) {
        var written = Value.newBuilder();
        return switch (value) {
            case Boolean flag -> written.setBoolValue(flag).build();
            case Number number -> written.setNumberValue(number.doubleValue()).build();
            case Map<?, ?> map -> written.setStructValue(struct(map)).build();
            case Iterable<?> items -> {
                var list = ListValue.newBuilder();
                items.forEach(item -> list.addValues(value(item)));
                yield written.setListValue(list).build();
            }
            case String text -> written.setStringValue(text).build();
            default -> throw new IllegalArgumentException("not a metadata value: " + value.getClass());
        };
    }
}
