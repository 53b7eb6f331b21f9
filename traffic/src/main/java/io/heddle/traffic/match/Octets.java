package io.heddle.traffic.match;

import java.nio.charset.StandardCharsets;

/// Comparisons between configured text and a message's bytes that allocate nothing.
///
/// Configured text stands as one char per octet (see [StringMatcher]), so a char is compared with a byte directly.
final class Octets {
    private Octets() {}

    /// Whether `text` stands in `bytes` at `at`; the caller has checked that there is room.
    static boolean equalsAt(String text, byte[] bytes, int at, boolean ignoreCase) {
        return ignoreCase ? equalsAtIgnoringCase(text, bytes, at) : equalsAtExactly(text, bytes, at);
    }

    private static boolean equalsAtExactly(String text, byte[] bytes, int at) {
        for (int i = 0; i < text.length(); i++) {
            if ((bytes[at + i] & 0xff) != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static boolean equalsAtIgnoringCase(String text, byte[] bytes, int at) {
        for (int i = 0; i < text.length(); i++) {
            if (lower(bytes[at + i] & 0xff) != lower(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /// Whether `text` stands anywhere from `start` to `end`.
    static boolean contains(String text, byte[] bytes, int start, int end, boolean ignoreCase) {
        for (int at = start; at <= end - text.length(); at++) {
            if (equalsAt(text, bytes, at, ignoreCase)) {
                return true;
            }
        }
        return false;
    }

    /// Where `wanted` first stands from `start` on; `end` where it does not.
    static int indexOf(byte[] bytes, int start, int end, char wanted) {
        int at = start;
        while (at < end && bytes[at] != wanted) {
            at++;
        }
        return at;
    }

    /// An ASCII letter in lower case; anything else as it is.
    static int lower(int octet) {
        return octet >= 'A' && octet <= 'Z' ? octet | 0x20 : octet;
    }

    /// The bytes as text for a regular expression: UTF-8, as RE2 reads them. Allocates.
    static String decoded(byte[] bytes, int start, int end) {
        return new String(bytes, start, end - start, StandardCharsets.UTF_8);
    }
}
