package io.heddle.dialect.tree;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// Writes a tree as YAML or JSON text. Keys keep the tree's order, so the same tree always gives the same text; texts
/// that any YAML version could take for something else are quoted.
public final class TreeWriter {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z_/][A-Za-z0-9_./-]*");
    private static final Set<String> RESERVED =
            Set.of("true", "false", "yes", "no", "on", "off", "null", "y", "n", "nan", "inf");

    private final StringBuilder out = new StringBuilder();

    private TreeWriter() {}

    /// Block-style YAML, two spaces a level, ending with a line feed.
    public static String yaml(Map<String, Object> tree) {
        var writer = new TreeWriter();
        writer.yamlMap(tree, 0);
        return writer.out.toString();
    }

    /// JSON without line feeds (RFC 8259).
    public static String json(Object tree) {
        var writer = new TreeWriter();
        writer.json(tree, "");
        return writer.out.toString();
    }

    private void yamlMap(Map<?, ?> map, int indent) {
        if (map.isEmpty()) {
            out.append("{}\n");
            return;
        }
        map.forEach((key, value) -> {
            out.repeat(' ', indent).append(yamlText(String.valueOf(key))).append(':');
            boolean nested = isNested(value);
            out.append(nested ? '\n' : ' ');
            yamlValue(value, value instanceof List ? indent : indent + 2);
        });
    }

    private void yamlValue(Object value, int indent) {
        switch (value) {
            case Map<?, ?> map -> yamlMap(map, indent);
            case List<?> list -> yamlList(list, indent);
            case String text -> out.append(yamlText(text)).append('\n');
            default -> out.append(value).append('\n');
        }
    }

    private void yamlList(List<?> list, int indent) {
        if (list.isEmpty()) {
            out.append("[]\n");
            return;
        }
        for (var item : list) {
            out.repeat(' ', indent).append("- ");
            int start = out.length();
            yamlValue(item, indent + 2);
            // the first line of the item stands behind its dash
            if (isNested(item)) {
                out.delete(start, start + indent + 2);
            }
        }
    }

    private static boolean isNested(Object value) {
        return switch (value) {
            case Map<?, ?> map -> !map.isEmpty();
            case List<?> list -> !list.isEmpty();
            default -> false;
        };
    }

    private void json(Object value, String before) {
        out.append(before);
        switch (value) {
            case Map<?, ?> map -> {
                out.append('{');
                var separator = "";
                for (var entry : map.entrySet()) {
                    out.append(separator)
                            .append(quoted(String.valueOf(entry.getKey())))
                            .append(':');
                    json(entry.getValue(), "");
                    separator = ",";
                }
                out.append('}');
            }
            case List<?> list -> {
                out.append('[');
                var separator = "";
                for (var item : list) {
                    json(item, separator);
                    separator = ",";
                }
                out.append(']');
            }
            case String text -> out.append(quoted(text));
            default -> out.append(value);
        }
    }

    private static String yamlText(String text) {
        boolean plain = PLAIN.matcher(text).matches() && !RESERVED.contains(text.toLowerCase(java.util.Locale.ROOT));
        return plain ? text : quoted(text);
    }

    /// A JSON string, which is a YAML double-quoted scalar too.
    private static String quoted(String text) {
        var out = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\t' -> out.append("\\t");
                case '\r' -> out.append("\\r");
                default -> {
                    boolean printable = (c >= 0x20 && c < 0x7f) || (c >= 0xa0 && c < 0x2000);
                    out.append(printable ? String.valueOf(c) : "\\u%04x".formatted((int) c));
                }
            }
        }
        return out.append('"').toString();
    }
}
