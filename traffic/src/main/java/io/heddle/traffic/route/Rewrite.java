package io.heddle.traffic.route;

import com.google.re2j.Pattern;
import io.heddle.traffic.match.PathTemplate;
import io.heddle.traffic.match.Replacement;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.Span;
import java.util.Optional;

/// How host and path change before a request is forwarded or redirected.
///
/// @param host the new authority; empty keeps it
/// @param path how the path changes; the query is kept
public record Rewrite(Optional<String> host, Path path) {
    public static final Rewrite NONE = new Rewrite(Optional.empty(), new Path.Keep());

    /// Whether nothing changes.
    public boolean isNone() {
        return host.isEmpty() && path instanceof Path.Keep;
    }

    /// How a path changes.
    public sealed interface Path {
        /// Not at all.
        record Keep() implements Path {}

        /// The whole path is replaced.
        record Full(String path) implements Path {}

        /// The beginning that was matched is replaced, byte for byte as in Envoy; an empty path becomes `/`. A path
        /// that was matched without its parameters, and with them does not begin so, stays.
        ///
        /// @param matched one char an octet, whatever its case
        record Prefix(String matched, String replacement) implements Path {}

        /// Every part that `pattern` fits is replaced (Envoy's `regex_rewrite`). Allocates.
        ///
        /// @param pattern RE2
        /// @param replacement with `$1` for what the first group fitted, `\$` for a dollar sign
        record Regex(Pattern pattern, String replacement) implements Path {}

        /// The path fits a template, and what its variables stand for is put into another one (Envoy's
        /// `path_rewrite_policy`). Allocates.
        record Template(PathTemplate template) implements Path {}

        /// The path that `path`, without its query, becomes.
        default String apply(String path) {
            return switch (this) {
                case Keep() -> path;
                case Full(String other) -> other;
                case Prefix(String matched, String replacement) ->
                    path.regionMatches(true, 0, matched, 0, matched.length())
                            ? joined(replacement, path.substring(matched.length()))
                            : path;
                case Regex(Pattern pattern, String replacement) -> Replacement.all(pattern, path, replacement);
                case Template(PathTemplate template) -> template.apply(path);
            };
        }

        /// The path of `head` as it becomes, with its query, which stays.
        default String applyTo(RequestHead head) {
            long path = head.path();
            int query = Span.start(path);
            while (query < Span.end(path) && head.bytes()[query] != '?') {
                query++;
            }
            var plain = Span.text(head.bytes(), Span.of(Span.start(path), query));
            return apply(plain) + Span.text(head.bytes(), Span.of(query, Span.end(path)));
        }

        private static String joined(String start, String rest) {
            return start.isEmpty() && rest.isEmpty() ? "/" : start + rest;
        }
    }
}
