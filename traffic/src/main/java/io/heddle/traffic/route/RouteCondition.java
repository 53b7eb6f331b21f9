package io.heddle.traffic.route;

import io.heddle.traffic.layer.RuntimeShare;
import io.heddle.traffic.match.CookieMatcher;
import io.heddle.traffic.metadata.MetadataMatcher;
import io.heddle.traffic.metadata.StateMatcher;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.Span;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// A part of a route's match that is about neither path nor header nor query.
public sealed interface RouteCondition {
    /// Whether a request fits.
    boolean matches(RequestHead head, RouteFacts facts);

    /// gRPC, by its content type (Envoy's `grpc`).
    record Grpc() implements RouteCondition {
        private static final byte[] TYPE = "application/grpc".getBytes(StandardCharsets.ISO_8859_1);

        @Override
        public boolean matches(RequestHead head, RouteFacts facts) {
            long value = head.header(HeaderName.CONTENT_TYPE);
            if (!Span.isPresent(value) || Span.length(value) < TYPE.length) {
                return false;
            }
            var bytes = head.bytes();
            int start = Span.start(value);
            for (int i = 0; i < TYPE.length; i++) {
                if (bytes[start + i] != TYPE[i]) {
                    return false;
                }
            }
            return Span.length(value) == TYPE.length || bytes[start + TYPE.length] == '+';
        }
    }

    /// By the client's certificate (Envoy's `tls_context`). One that was shown and let in is verified, too.
    ///
    /// @param presented whether one must have been shown, or must not; empty does not ask
    /// @param validated whether one must be verified, or must not; empty does not ask
    record Certificate(Optional<Boolean> presented, Optional<Boolean> validated) implements RouteCondition {
        @Override
        public boolean matches(RequestHead head, RouteFacts facts) {
            boolean shown = facts.certificate();
            return presented.orElse(shown) == shown && validated.orElse(shown) == shown;
        }
    }

    /// A cookie (one of Envoy's `cookies`).
    record Cookie(CookieMatcher matcher) implements RouteCondition {
        @Override
        public boolean matches(RequestHead head, RouteFacts facts) {
            return matcher.matches(head);
        }
    }

    /// Dynamic metadata (Envoy's `dynamic_metadata`).
    record Metadata(MetadataMatcher matcher) implements RouteCondition {
        @Override
        public boolean matches(RequestHead head, RouteFacts facts) {
            return matcher.matches(facts.state());
        }
    }

    /// A text in the filter state (Envoy's `filter_state`).
    record State(StateMatcher matcher) implements RouteCondition {
        @Override
        public boolean matches(RequestHead head, RouteFacts facts) {
            return matcher.matches(facts.state());
        }
    }

    /// A share of requests, drawn for each (Envoy's `runtime_fraction`).
    record Fraction(RuntimeShare share) implements RouteCondition {
        @Override
        public boolean matches(RequestHead head, RouteFacts facts) {
            return facts.among(share);
        }
    }
}
