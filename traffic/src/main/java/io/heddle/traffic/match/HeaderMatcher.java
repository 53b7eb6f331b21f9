package io.heddle.traffic.match;

import io.heddle.traffic.request.HeaderFields;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.Span;
import java.nio.charset.StandardCharsets;

/// Fits a header, as Envoy's `route.v3.HeaderMatcher`. The names `:method`, `:path` and `:authority` mean those
/// parts of the request, and `host` means `:authority`.
///
/// A header that is missing fits no value, inverted or not, as in Envoy; only [Test.Present] and `missingAsEmpty`
/// speak of missing headers.
///
/// @param name the header
/// @param test what its value must be; of several lines, that of any
/// @param invert whether the outcome is turned round
/// @param missingAsEmpty whether a missing header counts as an empty value
public record HeaderMatcher(HeaderName name, Test test, boolean invert, boolean missingAsEmpty) {
    private static final HeaderName METHOD = HeaderName.of(":method");
    private static final HeaderName PATH = HeaderName.of(":path");
    private static final HeaderName AUTHORITY = HeaderName.of(":authority");
    private static final HeaderName STATUS = HeaderName.of(":status");
    private static final byte[] NOTHING = {};

    /// What is asked of the value.
    public sealed interface Test {
        /// That it is there, or that it is not.
        record Present(boolean wanted) implements Test {}

        /// That it fits.
        record Value(StringMatcher matcher) implements Test {}

        /// That it is a whole number from `start` to `end` (exclusive).
        record Range(long start, long end) implements Test {}
    }

    /// Whether `head` fits.
    public boolean matches(RequestHead head) {
        if (isPseudo()) {
            return matchesSpan(head, pseudo(head));
        }
        return matchesLines(head);
    }

    /// Whether the head of an answer fits, which has these lines and this status; `:status` is the status.
    public boolean matches(HeaderFields answer, int status) {
        if (name.equals(STATUS)) {
            byte[] text = Integer.toString(status).getBytes(StandardCharsets.ISO_8859_1);
            return fits(text, 0, text.length) != invert;
        }
        return matchesLines(answer);
    }

    private boolean matchesLines(HeaderFields head) {
        int line = find(head, 0);
        if (line < 0 || test instanceof Test.Present) {
            return matchesSpan(head, line < 0 ? Span.ABSENT : head.headerValue(line));
        }
        boolean fits = false;
        while (line >= 0 && !fits) {
            long value = head.headerValue(line);
            fits = fits(head.bytes(), Span.start(value), Span.end(value));
            line = find(head, line + 1);
        }
        return fits != invert;
    }

    private boolean isPseudo() {
        var text = name.toString();
        return text.startsWith(":") || name.equals(HeaderName.HOST);
    }

    private long pseudo(RequestHead head) {
        if (name.equals(METHOD)) {
            return head.method();
        }
        if (name.equals(PATH)) {
            return head.path();
        }
        return name.equals(AUTHORITY) || name.equals(HeaderName.HOST) ? head.authority() : Span.ABSENT;
    }

    private boolean matchesSpan(HeaderFields head, long span) {
        boolean present = Span.isPresent(span);
        if (test instanceof Test.Present(boolean wanted) && !missingAsEmpty) {
            return (present == wanted) != invert;
        }
        if (present) {
            return fits(head.bytes(), Span.start(span), Span.end(span)) != invert;
        }
        return missingAsEmpty && fits(NOTHING, 0, 0) != invert;
    }

    private boolean fits(byte[] bytes, int start, int end) {
        return switch (test) {
            case Test.Present(boolean wanted) -> wanted;
            case Test.Value(StringMatcher matcher) -> matcher.matches(bytes, start, end);
            case Test.Range(long low, long high) -> inRange(bytes, start, end, low, high);
        };
    }

    private int find(HeaderFields head, int from) {
        byte[] bytes = head.bytes();
        for (int i = from; i < head.headerCount(); i++) {
            long span = head.headerName(i);
            if (name.matches(bytes, Span.start(span), Span.end(span))) {
                return i;
            }
        }
        return -1;
    }

    private static boolean inRange(byte[] bytes, int start, int end, long low, long high) {
        boolean negative = start < end && bytes[start] == '-';
        boolean signed = negative || (start < end && bytes[start] == '+');
        int digits = signed ? start + 1 : start;
        if (digits == end || end - digits > 18) {
            return false;
        }
        long value = 0;
        for (int i = digits; i < end; i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9) {
                return false;
            }
            value = value * 10 + digit;
        }
        long number = negative ? -value : value;
        return number >= low && number < high;
    }
}
