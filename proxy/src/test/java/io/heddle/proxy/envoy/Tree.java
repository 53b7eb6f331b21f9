package io.heddle.proxy.envoy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A message of configuration under construction, in the order of its fields. Written as JSON, which is YAML, too.
final class Tree {
    private final Map<String, Object> fields = new LinkedHashMap<>();

    static Tree of(String field, Object value) {
        return new Tree().with(field, value);
    }

    /// A message of an extension.
    static Tree typed(String type) {
        return of("@type", "type.googleapis.com/" + type);
    }

    Tree with(String field, Object value) {
        fields.put(field, value);
        return this;
    }

    /// With all fields of another one.
    Tree withAll(Tree other) {
        fields.putAll(other.fields);
        return this;
    }

    /// With a list, unless that is empty.
    Tree withAny(String field, List<?> values) {
        return values.isEmpty() ? this : with(field, values);
    }

    /// A list; empty where there is none.
    List<?> list(String field) {
        return fields.get(field) instanceof List<?> list ? list : List.of();
    }

    boolean has(String field) {
        return fields.containsKey(field);
    }

    @Override
    public String toString() {
        var out = new StringBuilder();
        write(this, out);
        return out.toString();
    }

    private static void write(Object value, StringBuilder out) {
        switch (value) {
            case Tree tree -> {
                out.append('{');
                tree.fields.forEach((name, field) -> {
                    text(name, out);
                    out.append(": ");
                    write(field, out);
                    out.append(", ");
                });
                close(out, '}');
            }
            case List<?> list -> {
                out.append('[');
                list.forEach(item -> {
                    write(item, out);
                    out.append(", ");
                });
                close(out, ']');
            }
            case String text -> text(text, out);
            default -> out.append(value);
        }
    }

    private static void close(StringBuilder out, char end) {
        if (out.charAt(out.length() - 1) == ' ') {
            out.setLength(out.length() - 2);
        }
        out.append(end);
    }

    private static void text(String text, StringBuilder out) {
        out.append('"');
        text.chars().forEach(c -> {
            if (c == '"' || c == '\\') {
                out.append('\\');
            }
            out.append((char) c);
        });
        out.append('"');
    }
}
