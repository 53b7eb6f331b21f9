package io.heddle.xds.schema;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Message;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.SoftReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The kinds of messages and enums of Envoy's API, as its compiler described them (`FileDescriptorSet` of
/// `descriptor.proto`). A kind is read when it is first asked for. Safe on any thread.
public final class Schema {
    private static final String DESCRIPTION = "/io/heddle/xds/api/envoy-api.desc";

    // Numbers of fields in descriptor.proto.
    private static final int SET_FILE = 1;
    private static final int FILE_PACKAGE = 2;
    private static final int FILE_MESSAGE = 4;
    private static final int FILE_ENUM = 5;
    private static final int NAME = 1;
    private static final int MESSAGE_FIELD = 2;
    private static final int MESSAGE_NESTED = 3;
    private static final int MESSAGE_ENUM = 4;
    private static final int MESSAGE_OPTIONS = 7;
    private static final int OPTIONS_MAP_ENTRY = 7;
    private static final int FIELD_NUMBER = 3;
    private static final int FIELD_LABEL = 4;
    private static final int FIELD_TYPE = 5;
    private static final int FIELD_TYPE_NAME = 6;
    private static final int FIELD_ONEOF = 9;
    private static final int FIELD_JSON_NAME = 10;
    private static final int FIELD_OPTIONAL = 17;
    private static final int ENUM_VALUE = 2;
    private static final int VALUE_NUMBER = 2;
    private static final int LABEL_REPEATED = 3;

    private static final Schema ENVOY = new Schema();

    private final Map<String, Optional<MessageKind>> messages = new ConcurrentHashMap<>();
    private final Map<String, Optional<EnumKind>> enums = new ConcurrentHashMap<>();
    private @Nullable SoftReference<Map<String, List<ByteString>>> files;

    private Schema() {}

    /// The API that this program was built with.
    public static Schema envoy() {
        return ENVOY;
    }

    /// The kind of message with this full name; empty when the API has none.
    public Optional<MessageKind> message(String fullName) {
        var known = messages.get(fullName);
        return known != null ? known : messages.computeIfAbsent(fullName, this::findMessage);
    }

    /// The kind of a message, without a look at its descriptor.
    ///
    /// @throws IllegalStateException when it is none of the API's, nor one of those that come with protobuf
    public MessageKind kind(Message message) {
        var name = fullName(message.getClass());
        return message(name).orElseThrow(() -> new IllegalStateException("not in Envoy's API: " + name));
    }

    /// The full name of the messages of a generated class.
    public static String fullName(Class<? extends Message> type) {
        var name = type.getName().replace('$', '.');
        for (var prefix : List.of("io.envoyproxy.", "com.github.")) {
            if (name.startsWith(prefix)) {
                return name.substring(prefix.length());
            }
        }
        return name.startsWith("com.google.") ? name.substring("com.".length()) : name;
    }

    Optional<EnumKind> enumeration(String fullName) {
        var known = enums.get(fullName);
        return known != null ? known : enums.computeIfAbsent(fullName, this::findEnum);
    }

    private Optional<MessageKind> findMessage(String fullName) {
        return find(fullName, FILE_MESSAGE, MESSAGE_NESTED).map(found -> messageKind(fullName, found));
    }

    private Optional<EnumKind> findEnum(String fullName) {
        return find(fullName, FILE_ENUM, MESSAGE_ENUM).map(Schema::enumKind);
    }

    /// The description of something: it stands in a file of its package (field `top`), or in a message (field
    /// `nested`).
    private Optional<ByteString> find(String fullName, int top, int nested) {
        var byPackage = files();
        for (int end = fullName.lastIndexOf('.'); end > 0; end = fullName.lastIndexOf('.', end - 1)) {
            var path = fullName.substring(end + 1).split("\\.");
            for (var file : byPackage.getOrDefault(fullName.substring(0, end), List.of())) {
                var found = find(file, path, top, nested);
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<ByteString> find(ByteString file, String[] path, int top, int nested) {
        var within = Optional.of(file);
        for (int i = 0; i < path.length; i++) {
            boolean last = i == path.length - 1;
            int outer = last ? top : FILE_MESSAGE;
            int inner = last ? nested : MESSAGE_NESTED;
            int field = i == 0 ? outer : inner;
            var name = path[i];
            within = within.flatMap(place -> parts(place, field).stream()
                    .filter(part -> part(part, NAME).toStringUtf8().equals(name))
                    .findFirst());
        }
        return within;
    }

    private synchronized Map<String, List<ByteString>> files() {
        var known = files == null ? null : files.get();
        if (known != null) {
            return known;
        }
        var read = new HashMap<String, List<ByteString>>();
        for (var file : parts(description(), SET_FILE)) {
            read.computeIfAbsent(part(file, FILE_PACKAGE).toStringUtf8(), _ -> new ArrayList<>())
                    .add(file);
        }
        files = new SoftReference<>(read);
        return read;
    }

    private static ByteString description() {
        try (var in = Schema.class.getResourceAsStream(DESCRIPTION)) {
            if (in == null) {
                throw new IllegalStateException("the build left out " + DESCRIPTION);
            }
            return ByteString.readFrom(in);
        } catch (IOException e) {
            throw new UncheckedIOException(DESCRIPTION, e);
        }
    }

    private static MessageKind messageKind(String fullName, ByteString message) {
        var fields =
                parts(message, MESSAGE_FIELD).stream().map(Schema::fieldKind).toList();
        boolean mapEntry = number(part(message, MESSAGE_OPTIONS), OPTIONS_MAP_ENTRY, 0) == 1;
        return new MessageKind(fullName, mapEntry, fields);
    }

    private static FieldKind fieldKind(ByteString field) {
        var name = part(field, NAME).toStringUtf8();
        var typeName = part(field, FIELD_TYPE_NAME).toStringUtf8();
        boolean optional = number(field, FIELD_OPTIONAL, 0) == 1; // a choice of its own, of which nobody else is part
        return new FieldKind(
                name,
                part(field, FIELD_JSON_NAME).toStringUtf8(),
                number(field, FIELD_NUMBER, 0),
                FieldKind.Type.of(number(field, FIELD_TYPE, 1)),
                number(field, FIELD_LABEL, 1) == LABEL_REPEATED,
                typeName.startsWith(".") ? typeName.substring(1) : typeName,
                optional ? -1 : number(field, FIELD_ONEOF, -1));
    }

    private static EnumKind enumKind(ByteString description) {
        var values = new LinkedHashMap<String, Integer>();
        parts(description, ENUM_VALUE)
                .forEach(value -> values.put(part(value, NAME).toStringUtf8(), number(value, VALUE_NUMBER, 0)));
        return new EnumKind(values);
    }

    private static ByteString part(ByteString message, int field) {
        var found = parts(message, field);
        return found.isEmpty() ? ByteString.EMPTY : found.getLast();
    }

    private static List<ByteString> parts(ByteString message, int field) {
        var found = new ArrayList<ByteString>();
        visit(message, field, input -> {
            int length = input.readRawVarint32();
            int start = input.getTotalBytesRead();
            input.skipRawBytes(length);
            found.add(message.substring(start, start + length));
        });
        return found;
    }

    private static int number(ByteString message, int field, int otherwise) {
        int[] found = {otherwise};
        visit(message, field, input -> found[0] = input.readInt32());
        return found[0];
    }

    @FunctionalInterface
    private interface Visit {
        void value(CodedInputStream input) throws IOException;
    }

    private static void visit(ByteString message, int field, Visit each) {
        try {
            var input = message.newCodedInput();
            for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
                if (WireFormat.getTagFieldNumber(tag) == field) {
                    each.value(input);
                } else {
                    input.skipField(tag);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("what the compiler wrote is damaged", e);
        }
    }
}
