package io.heddle.traffic.match;

import com.google.re2j.Pattern;
import java.nio.charset.StandardCharsets;

/// Fits a text, as Envoy's `type.matcher.v3.StringMatcher`.
///
/// Texts stand as one char per octet, so that they compare with bytes directly: [#octets] makes them so; ASCII is the
/// same either way. Case is ASCII's. All but [Regex] allocate nothing.
public sealed interface StringMatcher {
    /// Whether the bytes from `start` to `end` (exclusive) fit.
    boolean matches(byte[] bytes, int start, int end);

    /// Whether `text` fits.
    boolean matches(String text);

    /// Configured `text` as matchers hold it: its UTF-8 bytes, one char each.
    static String octets(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /// The whole text.
    record Exact(String value, boolean ignoreCase) implements StringMatcher {
        @Override
        public boolean matches(byte[] bytes, int start, int end) {
            return end - start == value.length() && Octets.equalsAt(value, bytes, start, ignoreCase);
        }

        @Override
        public boolean matches(String text) {
            return ignoreCase ? value.equalsIgnoreCase(text) : value.equals(text);
        }
    }

    /// Its beginning.
    record Prefix(String value, boolean ignoreCase) implements StringMatcher {
        @Override
        public boolean matches(byte[] bytes, int start, int end) {
            return end - start >= value.length() && Octets.equalsAt(value, bytes, start, ignoreCase);
        }

        @Override
        public boolean matches(String text) {
            return text.regionMatches(ignoreCase, 0, value, 0, value.length());
        }
    }

    /// Its end.
    record Suffix(String value, boolean ignoreCase) implements StringMatcher {
        @Override
        public boolean matches(byte[] bytes, int start, int end) {
            return end - start >= value.length() && Octets.equalsAt(value, bytes, end - value.length(), ignoreCase);
        }

        @Override
        public boolean matches(String text) {
            return text.regionMatches(ignoreCase, text.length() - value.length(), value, 0, value.length());
        }
    }

    /// Any part of it.
    record Contains(String value, boolean ignoreCase) implements StringMatcher {
        @Override
        public boolean matches(byte[] bytes, int start, int end) {
            return Octets.contains(value, bytes, start, end, ignoreCase);
        }

        @Override
        public boolean matches(String text) {
            for (int at = 0; at <= text.length() - value.length(); at++) {
                if (text.regionMatches(ignoreCase, at, value, 0, value.length())) {
                    return true;
                }
            }
            return false;
        }
    }

    /// RE2, against the whole text. Allocates.
    record Regex(Pattern pattern) implements StringMatcher {
        @Override
        public boolean matches(byte[] bytes, int start, int end) {
            return pattern.matches(Octets.decoded(bytes, start, end));
        }

        @Override
        public boolean matches(String text) {
            return pattern.matches(text);
        }
    }
}
