package io.heddle.traffic.match;

import com.google.re2j.Pattern;

/// Fits a text, as Envoy's `type.matcher.v3.StringMatcher`.
public sealed interface StringMatcher {
    /// The whole text.
    record Exact(String value, boolean ignoreCase) implements StringMatcher {}

    /// Its beginning.
    record Prefix(String value, boolean ignoreCase) implements StringMatcher {}

    /// Its end.
    record Suffix(String value, boolean ignoreCase) implements StringMatcher {}

    /// Any part of it.
    record Contains(String value, boolean ignoreCase) implements StringMatcher {}

    /// RE2, against the whole text.
    record Regex(Pattern pattern) implements StringMatcher {}
}
