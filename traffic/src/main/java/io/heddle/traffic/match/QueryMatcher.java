package io.heddle.traffic.match;

import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.Span;
import java.util.Optional;

/// Fits a query parameter, as Envoy's `route.v3.QueryParameterMatcher`. Names and values are compared as they stand in
/// the request, without percent-decoding, as Envoy does.
///
/// @param name the parameter, one char per octet
/// @param value what its first value must be; empty asks only that it is there
public record QueryMatcher(String name, Optional<StringMatcher> value) {
    /// Whether `head` fits.
    public boolean matches(RequestHead head) {
        long found = value(head, name);
        return Span.isPresent(found)
                && (value.isEmpty() || value.get().matches(head.bytes(), Span.start(found), Span.end(found)));
    }

    /// The first value of parameter `name` of `head`, as it stands; [Span#ABSENT] without the parameter.
    public static long value(RequestHead head, String name) {
        byte[] bytes = head.bytes();
        int end = Span.end(head.path());
        int at = PathMatcher.end(head);
        if (at >= end || bytes[at] != '?') {
            return Span.ABSENT;
        }
        int stop = indexOf(bytes, at, end, '#');
        at++;
        while (at < stop) {
            int parameterEnd = indexOf(bytes, at, stop, '&');
            int nameEnd = indexOf(bytes, at, parameterEnd, '=');
            if (nameEnd - at == name.length() && Octets.equalsAt(name, bytes, at, false)) {
                return Span.of(Math.min(nameEnd + 1, parameterEnd), parameterEnd);
            }
            at = parameterEnd + 1;
        }
        return Span.ABSENT;
    }

    private static int indexOf(byte[] bytes, int start, int end, char wanted) {
        int at = start;
        while (at < end && bytes[at] != wanted) {
            at++;
        }
        return at;
    }
}
