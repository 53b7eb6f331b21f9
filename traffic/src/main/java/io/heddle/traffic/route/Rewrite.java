package io.heddle.traffic.route;

import com.google.re2j.Pattern;
import io.heddle.traffic.format.SubstitutionFormat;
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

        /// The whole path is what command operators say of the head (Envoy's `path_rewrite`); what can be no path
        /// leaves the old one. Allocates.
        record Formatted(SubstitutionFormat format) implements Path {
            private Optional<String> of(RequestHead head) {
                var path = format.of(head);
                boolean possible = path.startsWith("/") && path.chars().allMatch(c -> c > ' ' && c != 0x7f && c != '#');
                return possible ? Optional.of(path) : Optional.empty();
            }
        }

        /// The path that `path` becomes, which is that of `head` without its query.
        private String apply(String path, RequestHead head) {
            return switch (this) {
                case Keep() -> path;
                case Full(String other) -> other;
                case Prefix(String matched, String replacement) ->
                    path.regionMatches(true, 0, matched, 0, matched.length())
                            ? joined(replacement, path.substring(matched.length()))
                            : path;
                case Regex(Pattern pattern, String replacement) -> Replacement.all(pattern, path, replacement);
                case Template(PathTemplate template) -> template.apply(path);
                case Formatted formatted -> formatted.of(head).orElse(path);
            };
        }

        /// What stands in place of the whole path of `head`, which may have a query of its own; empty where only parts
        /// change.
        default Optional<String> whole(RequestHead head) {
            return switch (this) {
                case Full(String path) -> Optional.of(path);
                case Formatted formatted -> formatted.of(head);
                case Keep _, Prefix _, Regex _, Template _ -> Optional.empty();
            };
        }

        /// Whether the path of `head` is replaced, be it by the same one.
        default boolean replaces(RequestHead head) {
            return !(this instanceof Keep)
                    && (!(this instanceof Formatted) || whole(head).isPresent());
        }

        /// The path of `head` as it becomes, with its query, which stays.
        default String applyTo(RequestHead head) {
            long path = head.path();
            int query = Span.start(path);
            while (query < Span.end(path) && head.bytes()[query] != '?') {
                query++;
            }
            var plain = Span.text(head.bytes(), Span.of(Span.start(path), query));
            return apply(plain, head) + Span.text(head.bytes(), Span.of(query, Span.end(path)));
        }

        private static String joined(String start, String rest) {
            return start.isEmpty() && rest.isEmpty() ? "/" : start + rest;
        }
    }
}
