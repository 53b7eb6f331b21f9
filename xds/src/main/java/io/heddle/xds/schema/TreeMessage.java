package io.heddle.xds.schema;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The bytes of a message from a tree of maps, lists, texts, numbers, booleans and nulls, as JSON and YAML give them,
/// by the rules of [ProtoJSON](https://protobuf.dev/programming-guides/json/). All that is wrong is found in one pass.
/// One use each.
public final class TreeMessage {
    /// The deepest nesting; the same as where Envoy's API nests at most.
    public static final int DEEPEST = 100;

    private static final int LARGEST = 32 * 1024 * 1024;
    private static final String TYPE = "@type";

    private final Schema schema;
    private final Objections objections;
    private long size;

    private TreeMessage(Schema schema, Objections objections) {
        this.schema = schema;
        this.objections = objections;
    }

    /// Takes what is wrong.
    @FunctionalInterface
    public interface Objections {
        /// @param path the place, for example `static_resources.clusters[0].name`
        /// @param reason what is wrong with it
        /// @param remedy what to do
        void add(String path, String reason, String remedy);
    }

    /// The bytes of a message called `type`, with all that is right in `tree`.
    ///
    /// @param objections is told what is wrong; when it is told nothing, the bytes are of the whole tree
    public static ByteString bytes(Schema schema, String type, @Nullable Object tree, Objections objections) {
        var kind = schema.message(type).orElseThrow(() -> new IllegalArgumentException("no such message: " + type));
        return new TreeMessage(schema, objections).message(kind, tree, TreePath.ROOT, 0);
    }

    private ByteString message(MessageKind kind, @Nullable Object tree, TreePath at, int depth) {
        if (depth > DEEPEST) {
            return nothing(at, "is nested more than " + DEEPEST + " deep", "nest less");
        }
        var wellKnown = WellKnown.of(kind.name());
        if (wellKnown.isPresent() && !(wellKnown.get().mayShowFields() && tree instanceof Map)) {
            return wellKnown(wellKnown.get(), kind, tree, at, depth);
        }
        if (!(tree instanceof Map<?, ?> map)) {
            return nothing(at, "is " + words(tree) + " where " + kind.name() + " has fields", "write its fields");
        }
        return fields(kind, map, at, depth, "");
    }

    private ByteString wellKnown(WellKnown which, MessageKind kind, @Nullable Object tree, TreePath at, int depth) {
        return switch (which) {
            case ANY -> any(tree, at, depth);
            case STRUCT -> struct(tree, at, depth);
            case VALUE -> value(tree, at, depth);
            case LIST -> list(tree, at, depth);
            case WRAPPER ->
                kind.field(1)
                        .map(field -> written(out -> single(out, field, tree, at, depth)))
                        .orElseThrow();
            case DURATION, TIMESTAMP, FIELD_MASK ->
                which.parse(tree)
                        .orElseGet(() -> nothing(at, "is no " + which.words() + ": " + words(tree), which.remedy()));
        };
    }

    private ByteString fields(MessageKind kind, Map<?, ?> map, TreePath at, int depth, String passedOver) {
        var seen = new HashSet<Integer>();
        var choices = new HashMap<Integer, String>();
        return written(out -> {
            for (var entry : map.entrySet()) {
                var name = String.valueOf(entry.getKey());
                if (name.equals(passedOver)) {
                    continue;
                }
                var found = kind.field(name);
                if (found.isEmpty()) {
                    objections.add(
                            at.field(name).toString(), "is no field of " + kind.name(), Spelling.remedy(kind, name));
                } else if (!seen.add(found.get().number())) {
                    objections.add(
                            at.field(name).toString(), "stands there twice, in two spellings", "remove one of them");
                } else if (takes(found.get(), entry.getValue()) && chosen(found.get(), choices, at)) {
                    field(
                            out,
                            found.get(),
                            entry.getValue(),
                            at.field(found.get().name()),
                            depth);
                }
            }
        });
    }

    /// A field that is null is not there, but where null is a value.
    private static boolean takes(FieldKind field, @Nullable Object value) {
        boolean nullIsOne = field.typeName().equals("google.protobuf.Value")
                || field.typeName().equals("google.protobuf.NullValue");
        return value != null || (nullIsOne && !field.repeated());
    }

    private boolean chosen(FieldKind field, Map<Integer, String> choices, TreePath at) {
        if (field.choice() < 0) {
            return true;
        }
        var other = choices.putIfAbsent(field.choice(), field.name());
        if (other != null) {
            objections.add(at.field(field.name()).toString(), "cannot stand beside " + other, "choose one of them");
        }
        return other == null;
    }

    private void field(CodedOutputStream out, FieldKind field, @Nullable Object value, TreePath at, int depth)
            throws IOException {
        if (!field.repeated()) {
            single(out, field, value, at, depth);
            return;
        }
        var entries = Optional.of(field)
                .filter(found -> found.type() == FieldKind.Type.MESSAGE)
                .flatMap(found -> schema.message(found.typeName()))
                .filter(MessageKind::isMapEntry);
        if (entries.isPresent()) {
            map(out, field, entries.get(), value, at, depth);
        } else if (value instanceof List<?> elements) {
            for (int i = 0; i < elements.size(); i++) {
                element(out, field, elements.get(i), at.element(i), depth);
            }
        } else {
            objections.add(at.toString(), "is " + words(value) + " where a list belongs", "write a list");
        }
    }

    private void element(CodedOutputStream out, FieldKind field, @Nullable Object value, TreePath at, int depth)
            throws IOException {
        if (value == null && !field.typeName().equals("google.protobuf.Value")) {
            objections.add(at.toString(), "is null", "remove it, or write what it should be");
        } else {
            single(out, field, value, at, depth);
        }
    }

    private void map(
            CodedOutputStream out, FieldKind field, MessageKind entry, @Nullable Object value, TreePath at, int depth)
            throws IOException {
        if (!(value instanceof Map<?, ?> map)) {
            objections.add(at.toString(), "is " + words(value) + " where keys with values belong", "write a map");
            return;
        }
        var keys = entry.field(1).orElseThrow();
        var values = entry.field(2).orElseThrow();
        for (var each : map.entrySet()) {
            var here = at.key(String.valueOf(each.getKey()));
            var bytes = written(inner -> {
                single(inner, keys, String.valueOf(each.getKey()), here, depth);
                element(inner, values, each.getValue(), here, depth);
            });
            out.writeBytes(field.number(), bytes);
        }
    }

    private void single(CodedOutputStream out, FieldKind field, @Nullable Object value, TreePath at, int depth)
            throws IOException {
        switch (field.type()) {
            case MESSAGE, GROUP ->
                out.writeBytes(
                        field.number(), message(schema.message(field.typeName()).orElseThrow(), value, at, depth + 1));
            case ENUM -> enumeration(out, field, value, at);
            case BOOL, STRING, BYTES, DOUBLE, FLOAT, INT64, UINT64, INT32, FIXED64, FIXED32, UINT32 ->
                scalar(out, field, value, at);
            case SFIXED32, SFIXED64, SINT32, SINT64 -> scalar(out, field, value, at);
        }
    }

    private void scalar(CodedOutputStream out, FieldKind field, @Nullable Object value, TreePath at)
            throws IOException {
        var problem = Scalars.write(out, field, value);
        if (problem.isPresent()) {
            objections.add(
                    at.toString(),
                    "is " + words(value) + " where " + problem.get() + " belongs",
                    "write " + problem.get());
        }
    }

    private void enumeration(CodedOutputStream out, FieldKind field, @Nullable Object value, TreePath at)
            throws IOException {
        if (value == null) {
            out.writeEnum(field.number(), 0); // NullValue, the only one that null is a value of
            return;
        }
        var values = schema.enumeration(field.typeName()).orElseThrow().values();
        var number = value instanceof Integer given ? given : values.get(String.valueOf(value));
        if (number == null) {
            objections.add(
                    at.toString(),
                    "is " + words(value) + ", no " + field.typeName(),
                    "write one of " + values.keySet());
        } else {
            out.writeEnum(field.number(), number);
        }
    }

    // ---- well-known messages

    private ByteString any(@Nullable Object tree, TreePath at, int depth) {
        if (!(tree instanceof Map<?, ?> map)) {
            return nothing(at, "is " + words(tree) + " where a typed message belongs", "write @type and its fields");
        }
        if (map.isEmpty()) {
            return ByteString.EMPTY;
        }
        if (!(map.get(TYPE) instanceof String url) || url.isEmpty()) {
            return nothing(at, "has no @type", "write @type: type.googleapis.com/<message>");
        }
        var type = url.substring(url.lastIndexOf('/') + 1);
        var kind = schema.message(type);
        if (kind.isEmpty()) {
            return nothing(at, "type " + url + " is not known", "remove what is of this type");
        }
        boolean wrapped = WellKnown.of(type).isPresent();
        if (wrapped && !map.containsKey("value")) {
            return nothing(at, "has no value", "write value: beside @type");
        }
        return written(out -> {
            out.writeString(1, url);
            out.writeBytes(
                    2,
                    wrapped
                            ? message(kind.get(), map.get("value"), at.field("value"), depth + 1)
                            : fields(kind.get(), map, at, depth + 1, TYPE));
        });
    }

    private ByteString struct(@Nullable Object tree, TreePath at, int depth) {
        if (!(tree instanceof Map<?, ?> map)) {
            return nothing(at, "is " + words(tree) + " where keys with values belong", "write a map");
        }
        return written(out -> {
            for (var entry : map.entrySet()) {
                var key = String.valueOf(entry.getKey());
                var bytes = written(inner -> {
                    inner.writeString(1, key);
                    inner.writeBytes(2, value(entry.getValue(), at.field(key), depth + 1));
                });
                out.writeBytes(1, bytes);
            }
        });
    }

    private ByteString value(@Nullable Object tree, TreePath at, int depth) {
        if (depth > DEEPEST) {
            return nothing(at, "is nested more than " + DEEPEST + " deep", "nest less");
        }
        return written(out -> {
            switch (tree) {
                case null -> out.writeEnum(1, 0);
                case Number number -> out.writeDouble(2, number.doubleValue());
                case Boolean flag -> out.writeBool(4, flag);
                case Map<?, ?> map -> out.writeBytes(5, struct(map, at, depth + 1));
                case List<?> list -> out.writeBytes(6, list(list, at, depth + 1));
                default -> out.writeString(3, tree.toString());
            }
        });
    }

    private ByteString list(@Nullable Object tree, TreePath at, int depth) {
        if (!(tree instanceof List<?> list)) {
            return nothing(at, "is " + words(tree) + " where a list belongs", "write a list");
        }
        return written(out -> {
            for (int i = 0; i < list.size(); i++) {
                out.writeBytes(1, value(list.get(i), at.element(i), depth + 1));
            }
        });
    }

    // ---- writing

    @FunctionalInterface
    private interface Writing {
        void to(CodedOutputStream out) throws IOException;
    }

    /// What is written within counts once: the messages inside are part of these bytes.
    private ByteString written(Writing writing) {
        long before = size;
        var bytes = ByteString.newOutput();
        var out = CodedOutputStream.newInstance(bytes, 256);
        try {
            writing.to(out);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        size = before + bytes.size();
        if (size > LARGEST) {
            // Aliases of YAML make a small text large.
            throw new TooLarge("the document is larger than " + LARGEST + " bytes when its aliases are followed");
        }
        return bytes.toByteString();
    }

    /// The document is too large to go on.
    public static final class TooLarge extends RuntimeException {
        private static final long serialVersionUID = 1;

        TooLarge(String message) {
            super(message);
        }
    }

    private ByteString nothing(TreePath at, String reason, String remedy) {
        objections.add(at.toString(), reason, remedy);
        return ByteString.EMPTY;
    }

    private static String words(@Nullable Object value) {
        return switch (value) {
            case null -> "null";
            case Map<?, ?> _ -> "a map";
            case List<?> _ -> "a list";
            case String text -> '"' + (text.length() > 60 ? text.substring(0, 60) + "…" : text) + '"';
            default -> value.toString();
        };
    }
}
