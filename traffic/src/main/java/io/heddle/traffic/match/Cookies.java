package io.heddle.traffic.match;

import io.heddle.traffic.request.HeaderFields;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.Span;

/// Finds a cookie in the `cookie` lines of a request (RFC 6265, section 4.2), as Envoy does. Allocates nothing.
public final class Cookies {
    private static final HeaderName COOKIE = HeaderName.of("cookie");

    private Cookies() {}

    /// The value of the first cookie called `name`, of whatever line, without surrounding quotes; [Span#ABSENT]
    /// without one. Names are compared with regard to case. Spaces before a name do not belong to it, those behind
    /// its value do.
    public static long value(HeaderFields head, String name) {
        for (int i = 0; i < head.headerCount(); i++) {
            long line = head.headerName(i);
            if (COOKIE.matches(head.bytes(), Span.start(line), Span.end(line))) {
                long found = in(head.bytes(), head.headerValue(i), name);
                if (Span.isPresent(found)) {
                    return found;
                }
            }
        }
        return Span.ABSENT;
    }

    private static long in(byte[] bytes, long line, String name) {
        int at = Span.start(line);
        int end = Span.end(line);
        while (at < end) {
            int next = Octets.indexOf(bytes, at, end, ';');
            int start = at;
            while (start < next && bytes[start] == ' ') {
                start++;
            }
            int equals = Octets.indexOf(bytes, start, next, '=');
            if (equals < next && equals - start == name.length() && Octets.equalsAt(name, bytes, start, false)) {
                return unquoted(bytes, equals + 1, next);
            }
            at = next + 1;
        }
        return Span.ABSENT;
    }

    private static long unquoted(byte[] bytes, int start, int end) {
        boolean quoted = end - start >= 2 && bytes[start] == '"' && bytes[end - 1] == '"';
        return quoted ? Span.of(start + 1, end - 1) : Span.of(start, end);
    }
}
