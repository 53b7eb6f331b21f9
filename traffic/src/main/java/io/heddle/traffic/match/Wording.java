package io.heddle.traffic.match;

import java.util.Optional;

/// Matchers in words, as people would say what they fit.
public final class Wording {
    private Wording() {}

    /// What a path must be.
    public static String of(PathMatcher path) {
        return switch (path) {
            case PathMatcher.Exact(String text, boolean ignoreCase) -> "exactly " + text + cased(ignoreCase);
            case PathMatcher.Prefix(String text, boolean ignoreCase) -> "prefix " + text + cased(ignoreCase);
            case PathMatcher.SeparatedPrefix(String text, boolean ignoreCase) ->
                "prefix " + text + " up to a slash" + cased(ignoreCase);
            case PathMatcher.Regex regex -> "regular expression " + regex.pattern();
            case PathMatcher.Template template -> "template " + template.template();
            case PathMatcher.Connect() -> "a CONNECT";
            case PathMatcher.Text text -> of(text.matcher());
        };
    }

    /// What a header must be.
    public static String of(HeaderMatcher header) {
        var test = switch (header.test()) {
            case HeaderMatcher.Test.Present(boolean wanted) -> wanted ? "present" : "missing";
            case HeaderMatcher.Test.Range(long start, long end) -> "a number from " + start + " to below " + end;
            case HeaderMatcher.Test.Value(StringMatcher text) -> of(text);
        };
        return header.name() + ": " + (header.invert() ? "not " : "") + test;
    }

    /// What a query parameter must be.
    public static String of(QueryMatcher query) {
        Optional<StringMatcher> value = query.value();
        var presence = query.present() ? "present" : "missing";
        return query.name() + ": " + value.map(Wording::of).orElse(presence);
    }

    /// What a cookie must be.
    public static String of(CookieMatcher cookie) {
        return cookie.name() + ": " + (cookie.invert() ? "not " : "") + of(cookie.value());
    }

    /// What a text must be.
    public static String of(StringMatcher matcher) {
        return switch (matcher) {
            case StringMatcher.Exact(String text, boolean ignoreCase) -> "exactly " + text + cased(ignoreCase);
            case StringMatcher.Prefix(String text, boolean ignoreCase) -> "prefix " + text + cased(ignoreCase);
            case StringMatcher.Suffix(String text, boolean ignoreCase) -> "suffix " + text + cased(ignoreCase);
            case StringMatcher.Contains(String text, boolean ignoreCase) -> "contains " + text + cased(ignoreCase);
            case StringMatcher.Regex regex -> "regular expression " + regex.pattern();
        };
    }

    private static String cased(boolean ignoreCase) {
        return ignoreCase ? ", in any case" : "";
    }
}
