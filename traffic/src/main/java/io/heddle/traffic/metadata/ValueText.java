package io.heddle.traffic.metadata;

import io.heddle.traffic.balance.host.LabelValue;
import java.util.TreeMap;

/// Writes values of metadata as JSON (RFC 8259), all in ASCII; members stand in the order of their names.
public final class ValueText {
    private static final double LARGEST_WHOLE = 1e15;

    private ValueText() {}

    /// Appends `value` as JSON.
    public static void json(LabelValue value, StringBuilder out) {
        switch (value) {
            case LabelValue.Text(String text) -> string(text, out);
            case LabelValue.Numeric(double number) -> out.append(number(number));
            case LabelValue.Flag(boolean flag) -> out.append(flag);
            case LabelValue.Nothing() -> out.append("null");
            case LabelValue.Items(var items) -> {
                out.append('[');
                for (int i = 0; i < items.size(); i++) {
                    out.append(i == 0 ? "" : ",");
                    json(items.get(i), out);
                }
                out.append(']');
            }
            case LabelValue.Fields(var members) -> {
                var before = "{";
                for (var member : new TreeMap<>(members).entrySet()) {
                    out.append(before);
                    string(member.getKey(), out);
                    out.append(':');
                    json(member.getValue(), out);
                    before = ",";
                }
                out.append(before.equals("{") ? "{}" : "}");
            }
        }
    }

    /// Appends a text as it stands, other values as JSON.
    public static void plain(LabelValue value, StringBuilder out) {
        if (value instanceof LabelValue.Text(String text)) {
            out.append(text);
        } else {
            json(value, out);
        }
    }

    /// A number as JSON writes it; whole ones without a fraction, and `null` for what is no number there.
    public static String number(double number) {
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            return "null";
        }
        return number == Math.rint(number) && Math.abs(number) < LARGEST_WHOLE
                ? Long.toString((long) number)
                : Double.toString(number);
    }

    private static void string(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c >= ' ' && c < 0x7f) {
                out.append(c);
            } else {
                out.append("\\u%04x".formatted((int) c));
            }
        }
        out.append('"');
    }
}
