package io.heddle.traffic.format;

/// Octets that are percent-encoded (RFC 3986, section 2.1), one char each.
final class Percent {
    private static final int HEX = 16;

    private Percent() {}

    /// `text` with every `%41` as the octet it stands for; what is no such thing stays.
    static String decoded(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        var out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int high = c == '%' && i + 2 < text.length() ? Character.digit(text.charAt(i + 1), HEX) : -1;
            int low = high < 0 ? -1 : Character.digit(text.charAt(i + 2), HEX);
            if (low < 0) {
                out.append(c);
            } else {
                out.append((char) (high * HEX + low));
                i += 2;
            }
        }
        return out.toString();
    }
}
