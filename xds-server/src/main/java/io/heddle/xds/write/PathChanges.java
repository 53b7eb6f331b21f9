package io.heddle.xds.write;

import io.envoyproxy.envoy.type.matcher.v3.RegexMatchAndSubstitute;
import io.heddle.model.resource.HttpRoute.PathMatch;
import io.heddle.model.resource.RouteFilter.PathChange;

/// Works out how a path change is said to Envoy, which replaces prefixes by characters while the Gateway API replaces
/// them by path elements.
sealed interface PathChanges {
    /// The whole path is replaced; the query stays.
    record Whole(String path) implements PathChanges {}

    /// The matched prefix is replaced (Envoy's `prefix_rewrite`).
    record Prefix(String replacement) implements PathChanges {}

    /// By pattern, where a plain replacement would leave two slashes.
    record Pattern(RegexMatchAndSubstitute substitution) implements PathChanges {}

    /// The route does not match by prefix, so there is nothing to replace.
    record Impossible() implements PathChanges {}

    static PathChanges of(PathChange change, PathMatch match) {
        return switch (change) {
            case PathChange.Full(var path) -> new Whole(path);
            case PathChange.Prefix(var path) ->
                match instanceof PathMatch.Prefix(var prefix)
                        ? prefix(PathPrefix.normal(prefix), PathPrefix.normal(path))
                        : new Impossible();
        };
    }

    private static PathChanges prefix(String matched, String replacement) {
        if (matched.equals("/")) {
            return new Prefix(replacement.equals("/") ? "/" : replacement + "/");
        }
        if (replacement.equals("/")) {
            return new Pattern(substitute("^" + Patterns.quote(matched) + "/*", "/"));
        }
        return new Prefix(replacement);
    }

    static RegexMatchAndSubstitute substitute(String pattern, String substitution) {
        return RegexMatchAndSubstitute.newBuilder()
                .setPattern(Matches.regex(pattern))
                .setSubstitution(substitution)
                .build();
    }
}
