package io.heddle.traffic.route;

import com.google.re2j.Pattern;
import io.heddle.traffic.match.PathMatcher;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.Span;
import java.util.Optional;

/// Where a forwarded request's authority comes from, other than from the request or from a fixed text.
public sealed interface HostRewrite {
    /// The new authority of `head`; `fixed` where that is not asked.
    default Optional<String> of(RequestHead head, Optional<String> fixed) {
        return switch (this) {
            case Keep() -> fixed;
            case Header(var name) -> {
                long value = head.header(name);
                yield Span.isPresent(value) ? authority(Span.text(head.bytes(), value)) : Optional.empty();
            }
            case PathRegex(var pattern, var replacement) -> {
                var path = Span.text(head.bytes(), Span.of(Span.start(head.path()), PathMatcher.end(head)));
                yield authority(new Rewrite.Path.Regex(pattern, replacement).apply(path));
            }
        };
    }

    /// What a request said is taken for an authority only if it can be one.
    private static Optional<String> authority(String text) {
        boolean fits =
                !text.isEmpty() && text.chars().allMatch(c -> c > ' ' && c < 0x7f && "/?#@\\<>\"".indexOf(c) < 0);
        return fits ? Optional.of(text) : Optional.empty();
    }

    /// From the request, or from [Rewrite#host].
    record Keep() implements HostRewrite {}

    /// From a request header (`host_rewrite_header`); kept when that is missing or empty.
    record Header(HeaderName name) implements HostRewrite {}

    /// From the path without its query: what every part that `pattern` fits is replaced by
    /// (`host_rewrite_path_regex`). Allocates.
    ///
    /// @param pattern RE2
    /// @param replacement with `$1` for what the first group fitted, `\$` for a dollar sign
    record PathRegex(Pattern pattern, String replacement) implements HostRewrite {}
}
