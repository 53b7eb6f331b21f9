package io.heddle.xds.schema;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.FieldMaskUtil;
import com.google.protobuf.util.Timestamps;
import java.text.ParseException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The messages that come with protobuf and are written in a form of their own.
enum WellKnown {
    ANY("typed message", ""),
    STRUCT("map", ""),
    VALUE("value", ""),
    LIST("list", ""),
    /// A number, text or switch that may be left out.
    WRAPPER("value", ""),
    DURATION("duration", "write seconds, for example 1.5s"),
    TIMESTAMP("time", "write it as RFC 3339, for example 2026-01-31T12:00:00Z"),
    FIELD_MASK("list of fields", "write their names with commas between");

    private static final Map<String, WellKnown> BY_NAME = Map.ofEntries(
            Map.entry("google.protobuf.Any", ANY),
            Map.entry("google.protobuf.Struct", STRUCT),
            Map.entry("google.protobuf.Value", VALUE),
            Map.entry("google.protobuf.ListValue", LIST),
            Map.entry("google.protobuf.BoolValue", WRAPPER),
            Map.entry("google.protobuf.StringValue", WRAPPER),
            Map.entry("google.protobuf.BytesValue", WRAPPER),
            Map.entry("google.protobuf.DoubleValue", WRAPPER),
            Map.entry("google.protobuf.FloatValue", WRAPPER),
            Map.entry("google.protobuf.Int32Value", WRAPPER),
            Map.entry("google.protobuf.UInt32Value", WRAPPER),
            Map.entry("google.protobuf.Int64Value", WRAPPER),
            Map.entry("google.protobuf.UInt64Value", WRAPPER),
            Map.entry("google.protobuf.Duration", DURATION),
            Map.entry("google.protobuf.Timestamp", TIMESTAMP),
            Map.entry("google.protobuf.FieldMask", FIELD_MASK));

    private final String words;
    private final String remedy;

    WellKnown(String words, String remedy) {
        this.words = words;
        this.remedy = remedy;
    }

    static Optional<WellKnown> of(String fullName) {
        return Optional.ofNullable(BY_NAME.get(fullName));
    }

    String words() {
        return words;
    }

    String remedy() {
        return remedy;
    }

    /// Whether it may be written with its fields as well, as any other message: `{seconds: 1, nanos: 500000000}`. So
    /// does Envoy read it, though it is not protobuf's JSON.
    boolean mayShowFields() {
        return switch (this) {
            case WRAPPER, DURATION, TIMESTAMP, FIELD_MASK -> true;
            case ANY, STRUCT, VALUE, LIST -> false;
        };
    }

    /// The bytes of one that is written as a text; empty when it is none.
    Optional<ByteString> parse(@Nullable Object tree) {
        if (!(tree instanceof String text)) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    switch (this) {
                        case DURATION -> Durations.parse(text).toByteString();
                        case TIMESTAMP -> Timestamps.parse(text).toByteString();
                        case FIELD_MASK -> FieldMaskUtil.fromJsonString(text).toByteString();
                        case ANY, STRUCT, VALUE, LIST, WRAPPER ->
                            throw new IllegalStateException("not a text: " + this);
                    });
        } catch (ParseException | IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
