package io.heddle.xds.write;

/// Builds RE2 patterns from plain text.
final class Patterns {
    private static final String SPECIAL = "\\.+*?()|[]{}^$";

    private Patterns() {}

    /// A pattern that fits exactly this text (as Go's `regexp.QuoteMeta`).
    static String quote(String text) {
        var quoted = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (SPECIAL.indexOf(c) >= 0) {
                quoted.append('\\');
            }
            quoted.append(c);
        }
        return quoted.toString();
    }
}
