package io.heddle.traffic.match;

import com.google.re2j.Pattern;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.Span;

/// Fits a path without its query. Texts stand as one char per octet ([StringMatcher#octets]).
public sealed interface PathMatcher {
    /// Whether the path from `start` to `end` (exclusive), without a query, fits.
    boolean matches(byte[] bytes, int start, int end);

    /// The whole path.
    record Exact(String path, boolean ignoreCase) implements PathMatcher {
        @Override
        public boolean matches(byte[] bytes, int start, int end) {
            return end - start == path.length() && Octets.equalsAt(path, bytes, start, ignoreCase);
        }
    }

    /// The beginning of the path.
    record Prefix(String prefix, boolean ignoreCase) implements PathMatcher {
        @Override
        public boolean matches(byte[] bytes, int start, int end) {
            return end - start >= prefix.length() && Octets.equalsAt(prefix, bytes, start, ignoreCase);
        }
    }

    /// The beginning of the path up to a `/` or its end; `prefix` has no slash at its end.
    record SeparatedPrefix(String prefix, boolean ignoreCase) implements PathMatcher {
        @Override
        public boolean matches(byte[] bytes, int start, int end) {
            int length = prefix.length();
            return end - start >= length
                    && Octets.equalsAt(prefix, bytes, start, ignoreCase)
                    && (end - start == length || bytes[start + length] == '/');
        }
    }

    /// RE2, against the whole path. Allocates.
    record Regex(Pattern pattern) implements PathMatcher {
        @Override
        public boolean matches(byte[] bytes, int start, int end) {
            return pattern.matches(Octets.decoded(bytes, start, end));
        }
    }

    /// A template with wildcards and variables, against the whole path. Allocates.
    record Template(UriTemplate template) implements PathMatcher {
        @Override
        public boolean matches(byte[] bytes, int start, int end) {
            return template.matches(bytes, start, end);
        }
    }

    /// No path at all: only CONNECT comes without one (Envoy's `connect_matcher`).
    record Connect() implements PathMatcher {
        @Override
        public boolean matches(byte[] bytes, int start, int end) {
            return start == end;
        }
    }

    /// Anything a [StringMatcher] fits.
    record Text(StringMatcher matcher) implements PathMatcher {
        @Override
        public boolean matches(byte[] bytes, int start, int end) {
            return matcher.matches(bytes, start, end);
        }
    }

    /// Where the path of `head` ends: before its query or fragment.
    static int end(RequestHead head) {
        byte[] bytes = head.bytes();
        long span = head.path();
        int end = Span.end(span);
        for (int i = Span.start(span); i < end; i++) {
            if (bytes[i] == '?' || bytes[i] == '#') {
                return i;
            }
        }
        return end;
    }
}
