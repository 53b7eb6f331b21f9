package io.heddle.control.ratelimit;

import java.util.ArrayList;
import java.util.List;

/// A text in which each `*` stands for any characters, or for none, as in values of Envoy's rate limit
/// service. Immutable.
///
/// Values come from whoever sends requests, so a match looks at each of their characters a bounded number of
/// times, whatever the text is (Knuth, Morris and Pratt).
final class Wildcard {
    private static final char ANY = '*';

    private final String first;
    private final String last;
    private final List<Segment> middle;
    private final int shortest;

    /// @param text with one `*` at least
    Wildcard(String text) {
        int from = text.indexOf(ANY);
        int to = text.lastIndexOf(ANY);
        first = text.substring(0, from);
        last = text.substring(to + 1);
        var segments = new ArrayList<Segment>();
        int fixed = first.length() + last.length();
        for (int next; from < to; from = next) {
            next = text.indexOf(ANY, from + 1);
            if (next > from + 1) {
                segments.add(new Segment(text.substring(from + 1, next)));
                fixed += next - from - 1;
            }
        }
        middle = List.copyOf(segments);
        shortest = fixed;
    }

    static boolean isIn(String text) {
        return text.indexOf(ANY) >= 0;
    }

    /// Whether the whole of `value` is meant.
    boolean matches(String value) {
        if (value.length() < shortest || !value.startsWith(first) || !value.endsWith(last)) {
            return false;
        }
        int at = first.length();
        int end = value.length() - last.length();
        for (var segment : middle) {
            at = segment.endIn(value, at, end);
            if (at < 0) {
                return false;
            }
        }
        return true;
    }

    /// What stands between two wildcards, with the length of the longest beginning that each part of it ends
    /// with.
    private static final class Segment {
        private final String text;
        private final int[] borders;

        Segment(String text) {
            this.text = text;
            this.borders = new int[text.length()];
            for (int i = 1, length = 0; i < text.length(); i++) {
                length = longer(length, text.charAt(i));
                borders[i] = length;
            }
        }

        private int longer(int length, char next) {
            int found = length;
            while (found > 0 && text.charAt(found) != next) {
                found = borders[found - 1];
            }
            return text.charAt(found) == next ? found + 1 : found;
        }

        /// Where its first occurrence within `from` and `to` ends; -1 without one.
        int endIn(String value, int from, int to) {
            int found = 0;
            for (int i = from; i < to; i++) {
                found = longer(found, value.charAt(i));
                if (found == text.length()) {
                    return i + 1;
                }
            }
            return -1;
        }
    }
}
