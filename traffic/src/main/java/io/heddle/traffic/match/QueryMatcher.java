package io.heddle.traffic.match;

import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.Span;
import java.util.Optional;

/// Fits a query parameter, as Envoy's `route.v3.QueryParameterMatcher`. Names and values are compared as they stand in
/// the request, without percent-decoding, as Envoy does.
///
/// @param name the parameter, one char per octet
/// @param value what its first value must be; empty asks only whether it is there
/// @param present whether it must be there, rather than not; without a value only
public record QueryMatcher(String name, Optional<StringMatcher> value, boolean present) {
    /// One of a parameter that is there.
    public QueryMatcher(String name, Optional<StringMatcher> value) {
        this(name, value, true);
    }

    /// Whether `head` fits.
    public boolean matches(RequestHead head) {
        long found = value(head, name);
        if (value.isEmpty() || !Span.isPresent(found)) {
            return value.isEmpty() && Span.isPresent(found) == present;
        }
        return value.get().matches(head.bytes(), Span.start(found), Span.end(found));
    }

    /// The first value of parameter `name` of `head`, as it stands; [Span#ABSENT] without the parameter.
    public static long value(RequestHead head, String name) {
        byte[] bytes = head.bytes();
        int end = Span.end(head.path());
        int at = PathMatcher.end(head);
        if (at >= end || bytes[at] != '?') {
            return Span.ABSENT;
        }
        int stop = Octets.indexOf(bytes, at, end, '#');
        at++;
        while (at < stop) {
            int parameterEnd = Octets.indexOf(bytes, at, stop, '&');
            int nameEnd = Octets.indexOf(bytes, at, parameterEnd, '=');
            if (nameEnd - at == name.length() && Octets.equalsAt(name, bytes, at, false)) {
                return Span.of(Math.min(nameEnd + 1, parameterEnd), parameterEnd);
            }
            at = parameterEnd + 1;
        }
        return Span.ABSENT;
    }
}
