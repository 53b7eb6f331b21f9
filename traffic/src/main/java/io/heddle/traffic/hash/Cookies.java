package io.heddle.traffic.hash;

import io.heddle.traffic.request.HeaderFields;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.Span;

/// Finds a cookie in the `cookie` lines of a request (RFC 6265, section 4.2). Allocates nothing.
public final class Cookies {
    private static final HeaderName COOKIE = HeaderName.of("cookie");

    private Cookies() {}

    /// The value of the first cookie called `name`, without surrounding quotes; [Span#ABSENT] without one. Names are
    /// compared with regard to case.
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
            int next = at;
            while (next < end && bytes[next] != ';') {
                next++;
            }
            int start = at;
            while (start < next && (bytes[start] == ' ' || bytes[start] == '\t')) {
                start++;
            }
            if (isNamed(bytes, start, next, name)) {
                return unquoted(bytes, start + name.length() + 1, next);
            }
            at = next + 1;
        }
        return Span.ABSENT;
    }

    private static boolean isNamed(byte[] bytes, int start, int end, String name) {
        if (end - start <= name.length() || bytes[start + name.length()] != '=') {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            if ((bytes[start + i] & 0xff) != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static long unquoted(byte[] bytes, int start, int end) {
        int last = end;
        while (last > start && (bytes[last - 1] == ' ' || bytes[last - 1] == '\t')) {
            last--;
        }
        boolean quoted = last - start >= 2 && bytes[start] == '"' && bytes[last - 1] == '"';
        return quoted ? Span.of(start + 1, last - 1) : Span.of(start, last);
    }
}
