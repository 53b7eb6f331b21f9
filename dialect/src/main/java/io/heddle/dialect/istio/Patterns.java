package io.heddle.dialect.istio;

import io.heddle.dialect.tree.Fields;
import java.util.List;

/// Reads the lists of values that Istio's authorization matches by: exact, `prefix*`, `*suffix` or `*`.
final class Patterns {
    private Patterns() {}

    /// The values of a list; an empty list and an asterisk inside a value are refused, since neither would match
    /// what its writer means.
    static List<String> read(Fields fields, String name) {
        var values = exact(fields, name);
        for (int i = 0; i < values.size(); i++) {
            var value = values.get(i);
            boolean inner =
                    value.length() > 1 && value.substring(1, value.length() - 1).contains("*");
            boolean both = value.length() > 1 && value.startsWith("*") && value.endsWith("*");
            if (inner || both) {
                fields.error(
                        name + "[" + i + "]",
                        "an asterisk stands only at one end of \"" + value + "\"",
                        "use an exact value, prefix*, *suffix or *");
            }
        }
        return values;
    }

    /// The values of a list in which an asterisk means nothing special.
    static List<String> exact(Fields fields, String name) {
        var values = fields.texts(name);
        if (fields.has(name) && values.isEmpty()) {
            fields.error(name, "an empty list would match everything", "leave the field out, or name values");
        }
        return values;
    }

    /// Whether `text` is a port number.
    static boolean isPort(String text) {
        return text.matches("[1-9][0-9]{0,4}") && Integer.parseInt(text) <= 65_535;
    }

    /// Refuses a principal written with its scheme: it would never match.
    static void refuseScheme(Fields fields, String place, String value) {
        if (value.startsWith("spiffe://")) {
            fields.error(
                    place,
                    "a principal is written without its scheme",
                    "write " + value.substring("spiffe://".length()));
        }
    }
}
