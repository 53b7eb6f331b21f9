package io.heddle.dialect.tree;

import io.heddle.model.name.Labels;
import io.heddle.model.name.Selector;
import java.util.Optional;
import java.util.regex.Pattern;

/// Checks names, host names, labels and header names against the forms that Kubernetes and the RFCs give them.
public final class Names {
    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
    private static final Pattern PORT_NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?");
    private static final Pattern HEADER = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_|~`-]{1,256}");
    private static final Pattern LABEL_KEY =
            Pattern.compile("([a-z0-9.-]{1,253}/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?");
    private static final Pattern LABEL_VALUE = Pattern.compile("([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?");

    private Names() {}

    /// Whether `text` is a DNS label (RFC 1123): lower-case letters, digits and inner hyphens, at most 63.
    public static boolean isLabel(String text) {
        return LABEL.matcher(text).matches();
    }

    /// Whether `text` is a name of DNS labels with dots between them, at most 253 characters.
    public static boolean isDnsName(String text) {
        if (text.isEmpty() || text.length() > 253) {
            return false;
        }
        for (var part : text.split("\\.", -1)) {
            if (!isLabel(part)) {
                return false;
            }
        }
        return true;
    }

    /// Whether `text` is a DNS name, or one with `*` as its first label.
    public static boolean isWildcardDnsName(String text) {
        return isDnsName(text.startsWith("*.") ? text.substring(2) : text);
    }

    /// Whether `text` is a port's name: a DNS label of at most 15 characters.
    public static boolean isPortName(String text) {
        return PORT_NAME.matcher(text).matches();
    }

    /// Whether `text` is a header's name (a token, RFC 9110 section 5.6.2).
    public static boolean isHeaderName(String text) {
        return HEADER.matcher(text).matches();
    }

    /// Whether `text` may be a header's value: no control characters but the tab (RFC 9110 section 5.5).
    public static boolean isHeaderValue(String text) {
        return text.chars().allMatch(c -> c == '\t' || (c >= 0x20 && c != 0x7f));
    }

    /// A DNS label from a field, or empty when the field is absent or wrong.
    public static Optional<String> label(Fields fields, String name) {
        return fields.text(name).filter(text -> {
            boolean good = isLabel(text);
            if (!good) {
                fields.error(
                        name,
                        "\"" + text + "\" is not a DNS label",
                        "use at most 63 lower-case letters, digits and inner hyphens");
            }
            return good;
        });
    }

    /// A DNS label from a field that must be there; an empty text after the problem is noted.
    public static String requiredLabel(Fields fields, String name) {
        if (!fields.has(name)) {
            fields.error(name, "is required", "add " + name);
        }
        return label(fields, name).orElse("");
    }

    /// Labels from a map of texts; keys and values have the form that Kubernetes gives them.
    public static Labels labels(Fields fields, String name) {
        var labels = fields.textMap(name);
        labels.forEach((key, value) -> {
            if (!LABEL_KEY.matcher(key).matches()) {
                fields.error(
                        name + "." + key,
                        "\"" + key + "\" is not a label key",
                        "use letters, digits and inner dots, hyphens and underscores, after an optional DNS name and /");
            }
            if (!LABEL_VALUE.matcher(value).matches()) {
                fields.error(
                        name + "." + key,
                        "\"" + value + "\" is not a label value",
                        "use at most 63 letters, digits and inner dots, hyphens and underscores");
            }
        });
        return new Labels(labels);
    }

    /// A selector from a map of labels.
    public static Selector selector(Fields fields, String name) {
        var labels = labels(fields, name);
        return labels.values().isEmpty() ? Selector.ALL : new Selector(labels);
    }
}
