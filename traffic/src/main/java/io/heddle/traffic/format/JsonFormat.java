package io.heddle.traffic.format;

import java.util.List;

/// A JSON value with command operators in its texts, as Envoy's `json_format`. A text that is one operator alone keeps
/// its kind: a number without quotes, `null` where there is nothing to say; in other texts `-` stands for it.
///
/// Immutable; safe on any thread. Members stand in the order that they are given in; texts are octets, one char
/// each.
public sealed interface JsonFormat {
    /// Appends the value for a request (RFC 8259).
    ///
    /// @param omitEmpty whether members whose operator says nothing are left out
    void append(FormatSource source, boolean omitEmpty, StringBuilder out);

    /// An object.
    record Members(List<Member> members) implements JsonFormat {
        public Members {
            members = List.copyOf(members);
        }

        @Override
        public void append(FormatSource source, boolean omitEmpty, StringBuilder out) {
            out.append('{');
            int first = out.length();
            for (var member : members) {
                int before = out.length();
                if (before > first) {
                    out.append(',');
                }
                string(member.name(), out);
                out.append(':');
                int start = out.length();
                member.value().append(source, omitEmpty, out);
                if (omitEmpty
                        && member.value() instanceof Text
                        && out.substring(start).equals("null")) {
                    out.setLength(before);
                }
            }
            out.append('}');
        }
    }

    /// One member of an object.
    record Member(String name, JsonFormat value) {}

    /// An array.
    record Elements(List<JsonFormat> elements) implements JsonFormat {
        public Elements {
            elements = List.copyOf(elements);
        }

        @Override
        public void append(FormatSource source, boolean omitEmpty, StringBuilder out) {
            out.append('[');
            for (int i = 0; i < elements.size(); i++) {
                if (i > 0) {
                    out.append(',');
                }
                elements.get(i).append(source, omitEmpty, out);
            }
            out.append(']');
        }
    }

    /// A text with operators.
    record Text(SubstitutionFormat format) implements JsonFormat {
        @Override
        public void append(FormatSource source, boolean omitEmpty, StringBuilder out) {
            if (format.appendJson(source, out)) {
                return;
            }
            var value = new StringBuilder();
            if (format.isOperator() || omitEmpty) {
                format.append(source, value);
            } else {
                format.appendDashed(source, value);
            }
            if (value.isEmpty() && format.saysNothing(source)) {
                out.append("null");
            } else {
                string(value, out);
            }
        }
    }

    /// A number, `true`, `false` or `null`, as it stands.
    record Literal(String json) implements JsonFormat {
        @Override
        public void append(FormatSource source, boolean omitEmpty, StringBuilder out) {
            out.append(json);
        }
    }

    private static void string(CharSequence text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < ' ' || c == 0x7f) {
                        out.append("\\u%04x".formatted((int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
