package io.heddle.proxy.http;

import io.heddle.traffic.request.Span;
import java.util.Locale;
import java.util.Set;

/// Which trailer fields are passed on. Those that frame or route a message, authenticate, or say how to read its
/// content are not (RFC 9110, section 6.5.1): who merges trailers into the head would take them for what the head
/// said.
public final class Trailers {
    private static final Set<String> FORBIDDEN = Set.of(
            "age",
            "authorization",
            "cache-control",
            "content-encoding",
            "content-language",
            "content-location",
            "content-range",
            "content-type",
            "cookie",
            "date",
            "expires",
            "forwarded",
            "if-match",
            "if-modified-since",
            "if-none-match",
            "if-range",
            "if-unmodified-since",
            "location",
            "max-forwards",
            "pragma",
            "proxy-authenticate",
            "range",
            "retry-after",
            "set-cookie",
            "trailer",
            "vary",
            "via",
            "warning",
            "www-authenticate");

    private Trailers() {}

    /// Whether trailer `line` of `lines` is passed on.
    public static boolean passes(HeaderLines lines, int line) {
        int kind = lines.kind(line);
        if (kind != LineKind.OTHER) {
            return kind == LineKind.GRPC_STATUS;
        }
        var name = Span.text(lines.bytes(), lines.name(line)).toLowerCase(Locale.ROOT);
        return !FORBIDDEN.contains(name) && !name.startsWith("x-forwarded-");
    }
}
