package io.heddle.xds.read;

import com.google.protobuf.Any;
import com.google.protobuf.BoolValue;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Internal;
import com.google.protobuf.Message;
import com.google.protobuf.UInt32Value;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.Fields.Fate;
import io.heddle.xds.read.core.Scope;
import java.util.List;
import java.util.Set;

/// Makes messages of any kind, for tests over all of them.
final class Messages {
    /// Messages that are data for others, or are switched over by their reader without a field of their own.
    static final Set<String> WITHOUT_FIELDS_OF_THEIR_OWN = Set.of(
            "envoy.config.core.v3.Metadata",
            "envoy.config.core.v3.Locality",
            "envoy.config.core.v3.SocketOption.SocketType.Datagram",
            "envoy.config.core.v3.SocketOption.SocketType.Stream",
            "envoy.config.listener.v3.Listener.DeprecatedV1",
            "envoy.config.route.v3.RouteMatch.ConnectMatcher",
            "envoy.config.route.v3.RouteMatch.GrpcRouteMatchOptions",
            "envoy.type.matcher.v3.RegexMatcher.GoogleRE2");

    private Messages() {}

    static Descriptor descriptor(Fields<?> fields) {
        return Internal.getDefaultInstance(fields.type()).getDescriptorForType();
    }

    /// Whether a reader looks into a field of this fate.
    static boolean entered(Fate fate) {
        return fate == Fate.READ || fate == Fate.LIMITED;
    }

    /// The message that a field holds, be it one, a list or a map's values.
    static Descriptor inside(FieldDescriptor field) {
        if (!field.isMapField()) {
            return field.getMessageType();
        }
        var value = field.getMessageType().findFieldByName("value");
        return value.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                ? value.getMessageType()
                : field.getMessageType();
    }

    /// A message of this kind with one field set, to `value` inside a list or a map where the field is one.
    static DynamicMessage with(DynamicMessage.Builder message, FieldDescriptor field, Object value) {
        if (field.isMapField()) {
            var entry = DynamicMessage.newBuilder(field.getMessageType());
            var key = entry.getDescriptorForType().findFieldByName("key");
            entry.setField(key, value instanceof Any any ? Scope.type(any) : "key");
            entry.setField(entry.getDescriptorForType().findFieldByName("value"), value);
            return message.addRepeatedField(field, entry.build()).build();
        }
        return (field.isRepeated() ? message.addRepeatedField(field, value) : message.setField(field, value)).build();
    }

    /// A value of a field that differs from its default.
    static Object value(FieldDescriptor field) {
        if (field.isMapField()) {
            return value(field.getMessageType().findFieldByName("value"));
        }
        return switch (field.getJavaType()) {
            case INT -> 1;
            case LONG -> 1L;
            case FLOAT -> 1f;
            case DOUBLE -> 1d;
            case BOOLEAN -> true;
            case STRING -> "x";
            case BYTE_STRING -> com.google.protobuf.ByteString.copyFromUtf8("x");
            case ENUM -> field.getEnumType().getValues().getLast();
            case MESSAGE -> message(field.getMessageType());
        };
    }

    private static Message message(Descriptor kind) {
        if (kind.equals(BoolValue.getDescriptor())) {
            return BoolValue.of(true);
        }
        if (kind.equals(UInt32Value.getDescriptor())) {
            return UInt32Value.of(1);
        }
        return DynamicMessage.getDefaultInstance(kind);
    }

    static List<FieldDescriptor> fields(Descriptor kind) {
        return kind.getFields();
    }

    static Any pack(DynamicMessage message) {
        return Any.newBuilder()
                .setTypeUrl(
                        "type.googleapis.com/" + message.getDescriptorForType().getFullName())
                .setValue(message.toByteString())
                .build();
    }
}
