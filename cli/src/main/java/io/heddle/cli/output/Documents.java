package io.heddle.cli.output;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// Writes JSON trees as JSON or YAML for people and programs.
public final class Documents {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Documents() {}

    /// Pretty JSON, with a line end.
    public static String json(JsonNode tree) {
        return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(tree) + "\n";
    }

    /// YAML 1.2 block style, with a line end; strings that could be read as anything else are quoted as JSON.
    public static String yaml(JsonNode tree) {
        var out = new StringBuilder();
        if (isScalar(tree)) {
            return scalar(tree) + "\n";
        }
        block(tree, "", out);
        return out.toString();
    }

    private static boolean isScalar(JsonNode node) {
        return !node.isContainer() || node.isEmpty();
    }

    private static void block(JsonNode node, String indent, StringBuilder out) {
        if (node.isArray()) {
            for (var item : node) {
                out.append(indent).append("- ");
                if (isScalar(item)) {
                    out.append(scalar(item)).append('\n');
                } else {
                    int start = out.length();
                    block(item, indent + "  ", out);
                    out.delete(start, start + indent.length() + 2);
                }
            }
            return;
        }
        for (var entry : node.properties()) {
            out.append(indent).append(plain(entry.getKey())).append(':');
            var value = entry.getValue();
            if (isScalar(value)) {
                out.append(' ').append(scalar(value)).append('\n');
            } else {
                out.append('\n');
                block(value, value.isArray() ? indent : indent + "  ", out);
            }
        }
    }

    private static String scalar(JsonNode node) {
        if (node.isArray()) {
            return "[]";
        }
        if (node.isObject()) {
            return "{}";
        }
        return node.isString() ? plain(node.asString()) : node.toString();
    }

    private static String plain(String text) {
        boolean safe = text.matches("[A-Za-z/][A-Za-z0-9_./@~*+-]*(:[A-Za-z0-9_./@~*+-]+)*")
                && !text.matches("(?i)true|false|null|yes|no|on|off|y|n");
        return safe ? text : MAPPER.writeValueAsString(text);
    }
}
