package io.heddle.traffic.route;

import com.google.re2j.Pattern;
import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.format.SubstitutionFormat;
import io.heddle.traffic.match.PathMatcher;
import io.heddle.traffic.match.Replacement;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.Span;
import java.util.Optional;

/// Where a forwarded request's authority comes from, other than from the request or from a fixed text.
public sealed interface HostRewrite {
    /// The new authority of `head`; `fixed` where that is not asked.
    default Optional<String> of(RequestHead head, Optional<String> fixed) {
        return switch (this) {
            case Keep(), OfEndpoint() -> fixed;
            case Header(var name) -> {
                long value = head.header(name);
                yield Span.isPresent(value) ? authority(Span.text(head.bytes(), value)) : Optional.empty();
            }
            case PathRegex(var pattern, var replacement) -> {
                var path = Span.text(head.bytes(), Span.of(Span.start(head.path()), PathMatcher.end(head)));
                yield authority(Replacement.all(pattern, path, replacement));
            }
            case Formatted(var format) -> authority(format.of(head));
        };
    }

    /// The new authority of a request that `endpoint` takes; empty where that is not asked, or it has no name.
    default Optional<String> at(Endpoint endpoint) {
        return switch (this) {
            case OfEndpoint() -> authority(endpoint.hostname());
            case Keep(), Header _, PathRegex _, Formatted _ -> Optional.empty();
        };
    }

    /// A text is taken for an authority only if it can be one.
    private static Optional<String> authority(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c >= 0x7f || "/?#@\\<>\"".indexOf(c) >= 0) {
                return Optional.empty();
            }
        }
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }

    /// From the request, or from [Rewrite#host].
    record Keep() implements HostRewrite {}

    /// From the endpoint that takes the request (`auto_host_rewrite`): [Endpoint#hostname], which in a DNS cluster is
    /// the name that was looked up. Kept where it has none, or one that is no authority.
    record OfEndpoint() implements HostRewrite {}

    /// From a request header (`host_rewrite_header`); kept when that is missing or empty.
    record Header(HeaderName name) implements HostRewrite {}

    /// What command operators say of the head (`host_rewrite`); kept when that can be no authority. Allocates.
    record Formatted(SubstitutionFormat format) implements HostRewrite {}

    /// From the path without its query: what every part that `pattern` fits is replaced by
    /// (`host_rewrite_path_regex`). Allocates.
    ///
    /// @param pattern RE2
    /// @param replacement with `$1` for what the first group fitted, `\$` for a dollar sign
    record PathRegex(Pattern pattern, String replacement) implements HostRewrite {}
}
