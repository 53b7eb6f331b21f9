package io.heddle.xds.schema;

/// A field of a kind of message.
///
/// @param name as the API writes it, for example `max_requests`
/// @param jsonName as JSON may write it too, for example `maxRequests`
/// @param number what it has in the bytes
/// @param type what it holds, or each of its elements
/// @param repeated whether it holds any number of them; so does a map, of entries
/// @param typeName the full name of the message or enum, empty for all else
/// @param choice which choice (`oneof`) of its message it is part of, -1 for none
public record FieldKind(
        String name, String jsonName, int number, Type type, boolean repeated, String typeName, int choice) {
    /// What a field holds, in the order of the numbers that `descriptor.proto` gives them.
    public enum Type {
        DOUBLE,
        FLOAT,
        INT64,
        UINT64,
        INT32,
        FIXED64,
        FIXED32,
        BOOL,
        STRING,
        GROUP,
        MESSAGE,
        BYTES,
        UINT32,
        ENUM,
        SFIXED32,
        SFIXED64,
        SINT32,
        SINT64;

        private static final Type[] VALUES = values();

        static Type of(int number) {
            return VALUES[number - 1];
        }
    }

    /// Whether it is a single switch that may be left out (`BoolValue`).
    public boolean isSwitch() {
        return !repeated && typeName.equals("google.protobuf.BoolValue");
    }
}
