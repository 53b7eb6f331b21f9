package io.heddle.traffic.route;

import io.heddle.traffic.match.StringMatcher;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.Span;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// What of a request a [RouteTree] looks at: a text, one char an octet ([StringMatcher#octets]).
public sealed interface RouteInput {
    /// The text; empty where the request has none. Allocates.
    Optional<String> of(RequestHead head, RouteFacts facts);

    /// Whether there is such a text and it fits.
    boolean fits(RequestHead head, RouteFacts facts, StringMatcher matcher);

    /// For people.
    String words();

    /// A request header (Envoy's `HttpRequestHeaderMatchInput`): of several lines, all of them with commas between.
    /// `:method`, `:path` with the query, `:authority` and `host` are those parts of the request.
    record Header(HeaderName name) implements RouteInput {
        @Override
        public Optional<String> of(RequestHead head, RouteFacts facts) {
            long first = head.part(name);
            if (!Span.isPresent(first)) {
                return Optional.empty();
            }
            return Optional.of(hasMore(head) ? joined(head) : Span.text(head.bytes(), first));
        }

        @Override
        public boolean fits(RequestHead head, RouteFacts facts, StringMatcher matcher) {
            long first = head.part(name);
            if (!Span.isPresent(first)) {
                return false;
            }
            return hasMore(head)
                    ? RouteInput.fits(joined(head), matcher)
                    : matcher.matches(head.bytes(), Span.start(first), Span.end(first));
        }

        @Override
        public String words() {
            return "header " + name;
        }

        /// Whether there is more than one line; parts of the request are none.
        private boolean hasMore(RequestHead head) {
            int lines = 0;
            for (int i = 0; i < head.headerCount() && lines < 2; i++) {
                lines += isLine(head, i) ? 1 : 0;
            }
            return lines > 1 && !name.equals(HeaderName.HOST);
        }

        private boolean isLine(RequestHead head, int index) {
            long span = head.headerName(index);
            return name.matches(head.bytes(), Span.start(span), Span.end(span));
        }

        private String joined(RequestHead head) {
            var all = new StringBuilder();
            boolean more = false;
            for (int i = 0; i < head.headerCount(); i++) {
                if (isLine(head, i)) {
                    all.append(more ? "," : "").append(Span.text(head.bytes(), head.headerValue(i)));
                    more = true;
                }
            }
            return all.toString();
        }
    }

    /// A text in the filter state (Envoy's `FilterStateInput`).
    record State(String key) implements RouteInput {
        @Override
        public Optional<String> of(RequestHead head, RouteFacts facts) {
            return facts.state().kept(key).map(kept -> StringMatcher.octets(kept.plain()));
        }

        @Override
        public boolean fits(RequestHead head, RouteFacts facts, StringMatcher matcher) {
            var text = of(head, facts);
            return text.isPresent() && RouteInput.fits(text.get(), matcher);
        }

        @Override
        public String words() {
            return "filter state " + key;
        }
    }

    private static boolean fits(String octets, StringMatcher matcher) {
        var bytes = octets.getBytes(StandardCharsets.ISO_8859_1);
        return matcher.matches(bytes, 0, bytes.length);
    }
}
