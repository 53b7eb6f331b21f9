package io.heddle.traffic.match;

import io.heddle.traffic.request.HeaderFields;
import io.heddle.traffic.request.Span;

/// Fits a cookie, as Envoy's `route.v3.CookieMatcher`: the first of its name, of whatever `cookie` line, without the
/// quotes around it.
///
/// A cookie that is missing fits nothing; so it does fit where the outcome is turned round, other than a header.
///
/// @param name the cookie, one char per octet, with regard to case
/// @param value what its value must be
/// @param invert whether the outcome is turned round
public record CookieMatcher(String name, StringMatcher value, boolean invert) {
    /// Whether `head` fits.
    public boolean matches(HeaderFields head) {
        long found = Cookies.value(head, name);
        boolean fits = Span.isPresent(found) && value.matches(head.bytes(), Span.start(found), Span.end(found));
        return fits != invert;
    }
}
