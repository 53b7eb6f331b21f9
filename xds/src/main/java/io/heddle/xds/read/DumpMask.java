package io.heddle.xds.read;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Which fields of a configuration dump are wanted: Envoy's `mask`, a `FieldMask` as text, for example
/// `name,active_state.version_info`.
///
/// A path goes through lists and into packed messages, too; Envoy's go through no list and into one packed message.
///
/// @param fields what is wanted of each field, by name; empty: all there is
record DumpMask(Map<String, DumpMask> fields) {
    static final DumpMask ALL = new DumpMask(Map.of());
    private static final int LONGEST = 2_000;
    private static final int DEEPEST = 32;

    DumpMask {
        fields = Map.copyOf(fields);
    }

    /// Reads `text`; nothing wants everything.
    ///
    /// @throws IllegalArgumentException when it is no mask, or too large
    static DumpMask of(String text) {
        if (text.isEmpty()) {
            return ALL;
        }
        if (text.length() > LONGEST) {
            throw new IllegalArgumentException("mask is longer than " + LONGEST + " characters");
        }
        return of(List.of(text.split(",", -1)), DEEPEST);
    }

    private static DumpMask of(List<String> paths, int depth) {
        if (depth == 0) {
            throw new IllegalArgumentException("mask is deeper than " + DEEPEST + " fields");
        }
        var rests = new HashMap<String, List<String>>();
        for (var path : paths) {
            int dot = path.indexOf('.');
            var field = dot < 0 ? path : path.substring(0, dot);
            if (field.isEmpty()) {
                throw new IllegalArgumentException("mask is a list of fields, for example name,cluster.type");
            }
            rests.computeIfAbsent(field, _ -> new ArrayList<>()).add(dot < 0 ? "" : path.substring(dot + 1));
        }
        var fields = new HashMap<String, DumpMask>();
        rests.forEach((field, inner) -> fields.put(field, inner.contains("") ? ALL : of(inner, depth - 1)));
        return new DumpMask(fields);
    }

    /// The first field that none of `kinds` has.
    Optional<String> unknownIn(List<Descriptor> kinds) {
        return fields.keySet().stream()
                .filter(field -> kinds.stream().noneMatch(kind -> kind.findFieldByName(field) != null))
                .sorted()
                .findFirst();
    }

    /// What is wanted of `message`; `kinds` knows what is packed. What is packed and unknown stays as it is.
    Message of(Message message, Function<Any, Optional<Descriptor>> kinds) throws InvalidProtocolBufferException {
        if (fields.isEmpty()) {
            return message;
        }
        if (message.getDescriptorForType()
                .getFullName()
                .equals(Any.getDescriptor().getFullName())) {
            return packed(Any.parseFrom(message.toByteString()), kinds);
        }
        var copy = message.toBuilder();
        for (var entry : message.getAllFields().entrySet()) {
            var field = entry.getKey();
            var inner = fields.get(field.getName());
            boolean parts = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE && !field.isMapField();
            if (inner == null || (!parts && !inner.fields.isEmpty())) {
                copy.clearField(field);
            } else if (parts) {
                copy.setField(field, inner.messages(entry.getValue(), kinds));
            }
        }
        return copy.build();
    }

    private Object messages(Object value, Function<Any, Optional<Descriptor>> kinds)
            throws InvalidProtocolBufferException {
        if (!(value instanceof List<?> elements)) {
            return of((Message) value, kinds);
        }
        var trimmed = new ArrayList<Message>();
        for (var element : elements) {
            trimmed.add(of((Message) element, kinds));
        }
        return trimmed;
    }

    private Any packed(Any any, Function<Any, Optional<Descriptor>> kinds) throws InvalidProtocolBufferException {
        var kind = kinds.apply(any);
        if (kind.isEmpty()) {
            return any;
        }
        var inside = of(DynamicMessage.parseFrom(kind.get(), any.getValue()), kinds);
        return any.toBuilder().setValue(inside.toByteString()).build();
    }
}
