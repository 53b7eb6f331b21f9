package io.heddle.traffic.route;

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

        /// The first `matchedLength` bytes are replaced; a double slash at the seam becomes one, an empty path `/`.
        record Prefix(int matchedLength, String replacement) implements Path {}
    }
}
