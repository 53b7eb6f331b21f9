package io.heddle.xds.read;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.admin.v3.ConfigDumpProto;
import io.envoyproxy.envoy.admin.v3.ConfigDumpSharedProto;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.FilterConfig;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.heddle.xds.read.core.Scope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import udpa.annotations.Sensitive;

/// Makes messages fit to be shown: what Envoy's API marks as sensitive is replaced, inside packed messages too, and the
/// kinds of all packed messages are collected, so that they can be printed.
final class ShownMessages {
    private static final String REDACTED = "[redacted]";

    private final Map<String, Descriptor> kinds = new HashMap<>();

    ShownMessages() {
        Stream.of(
                        Stream.of(
                                Listener.getDescriptor(),
                                Cluster.getDescriptor(),
                                RouteConfiguration.getDescriptor(),
                                ClusterLoadAssignment.getDescriptor(),
                                Secret.getDescriptor(),
                                FilterConfig.getDescriptor(),
                                Struct.getDescriptor()),
                        nested(ConfigDumpProto.getDescriptor().getMessageTypes()),
                        nested(ConfigDumpSharedProto.getDescriptor().getMessageTypes()))
                .flatMap(found -> found)
                .forEach(kind -> kinds.put(kind.getFullName(), kind));
    }

    private static Stream<Descriptor> nested(List<Descriptor> kinds) {
        return kinds.stream().flatMap(kind -> Stream.concat(Stream.of(kind), nested(kind.getNestedTypes())));
    }

    /// The kinds of packed messages met so far.
    TypeRegistry types() {
        return TypeRegistry.newBuilder().add(kinds.values()).build();
    }

    /// `message` without secrets.
    Message of(Message message) throws InvalidProtocolBufferException {
        if (message.getDescriptorForType()
                .getFullName()
                .equals(Any.getDescriptor().getFullName())) {
            return packed(Any.parseFrom(message.toByteString()));
        }
        var copy = message.toBuilder();
        for (var entry : message.getAllFields().entrySet()) {
            var field = entry.getKey();
            boolean sensitive = field.getOptions().getExtension(Sensitive.sensitive);
            if (sensitive) {
                copy.setField(field, redacted(field, entry.getValue()));
            } else if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                copy.setField(field, messages(entry.getValue()));
            }
        }
        return copy.build();
    }

    private Object messages(Object value) throws InvalidProtocolBufferException {
        if (!(value instanceof List<?> elements)) {
            return of((Message) value);
        }
        var copies = new ArrayList<Message>();
        for (var element : elements) {
            copies.add(of((Message) element));
        }
        return copies;
    }

    private Any packed(Any any) throws InvalidProtocolBufferException {
        var kind = kind(any);
        if (kind.isEmpty()) {
            var type = Value.newBuilder().setStringValue(Scope.type(any)).build();
            return Any.pack(Struct.newBuilder().putFields("unknown_type", type).build());
        }
        kinds.put(kind.get().getFullName(), kind.get());
        var inside = of(DynamicMessage.parseFrom(kind.get(), any.getValue()));
        return any.toBuilder().setValue(inside.toByteString()).build();
    }

    /// The kind of a packed message, where it is known.
    Optional<Descriptor> kind(Any any) {
        var known = kinds.get(Scope.type(any));
        return known != null ? Optional.of(known) : ExtensionTypes.message(any.getTypeUrl());
    }

    /// Texts and bytes become a note, names of files stay.
    private static Object redacted(FieldDescriptor field, Object value) {
        return switch (value) {
            case List<?> elements -> {
                var notes = new ArrayList<Object>();
                elements.forEach(element -> notes.add(redacted(field, element)));
                yield notes;
            }
            case String _ -> field.getName().equals("filename") ? value : REDACTED;
            case ByteString _ -> ByteString.copyFromUtf8(REDACTED);
            case Message message -> {
                var copy = message.toBuilder();
                message.getAllFields().forEach((inner, held) -> copy.setField(inner, redacted(inner, held)));
                yield copy.build();
            }
            default -> value;
        };
    }
}
