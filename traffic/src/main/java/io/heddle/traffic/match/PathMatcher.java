package io.heddle.traffic.match;

import com.google.re2j.Pattern;

/// Fits a path without its query.
public sealed interface PathMatcher {
    /// The whole path.
    record Exact(String path, boolean ignoreCase) implements PathMatcher {}

    /// The beginning of the path.
    record Prefix(String prefix, boolean ignoreCase) implements PathMatcher {}

    /// The beginning of the path up to a `/` or its end; `prefix` has no slash at its end.
    record SeparatedPrefix(String prefix, boolean ignoreCase) implements PathMatcher {}

    /// RE2, against the whole path.
    record Regex(Pattern pattern) implements PathMatcher {}
}
