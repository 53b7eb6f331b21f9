package io.heddle.traffic.format;

/// Octets that are percent-encoded (RFC 3986, section 2.1), one char each.
final class Percent {
    private static final int HEX = 16;

    private Percent() {}

    /// `text` with every `%41` as the octet it stands for; what is no such thing stays.
    static String decoded(String text) {
        return decoded(text, false);
    }

    /// The same, but that only visible ASCII characters are decoded, as Envoy does with whole queries.
    static String visible(String text) {
        return decoded(text, true);
    }

    private static String decoded(String text, boolean visible) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        var out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int high = c == '%' && i + 2 < text.length() ? Character.digit(text.charAt(i + 1), HEX) : -1;
            int low = high < 0 ? -1 : Character.digit(text.charAt(i + 2), HEX);
            int octet = high * HEX + low;
            boolean hidden = visible && (octet <= ' ' || octet > '~');
            if (low < 0 || hidden) {
                out.append(c);
            } else {
                out.append((char) octet);
                i += 2;
            }
        }
        return out.toString();
    }
}
