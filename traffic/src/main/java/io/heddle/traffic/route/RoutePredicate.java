package io.heddle.traffic.route;

import io.heddle.traffic.match.StringMatcher;
import io.heddle.traffic.match.Wording;
import io.heddle.traffic.request.RequestHead;
import java.util.List;
import java.util.stream.Collectors;

/// What a request must be like to take a branch of a [RouteTree], as Envoy's `Matcher.MatcherList.Predicate`.
public sealed interface RoutePredicate {
    /// Whether a request is.
    boolean fits(RequestHead head, RouteFacts facts);

    /// For people.
    String words();

    /// A text of the request is there and fits (`value_match`).
    record Value(RouteInput input, StringMatcher matcher) implements RoutePredicate {
        @Override
        public boolean fits(RequestHead head, RouteFacts facts) {
            return input.fits(head, facts, matcher);
        }

        @Override
        public String words() {
            return input.words() + ": " + Wording.of(matcher);
        }
    }

    /// All of them.
    record All(List<RoutePredicate> parts) implements RoutePredicate {
        public All {
            parts = List.copyOf(parts);
        }

        @Override
        public boolean fits(RequestHead head, RouteFacts facts) {
            for (int i = 0; i < parts.size(); i++) {
                if (!parts.get(i).fits(head, facts)) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public String words() {
            return RoutePredicate.joined(parts, " and ");
        }
    }

    /// Any of them.
    record Any(List<RoutePredicate> parts) implements RoutePredicate {
        public Any {
            parts = List.copyOf(parts);
        }

        @Override
        public boolean fits(RequestHead head, RouteFacts facts) {
            for (int i = 0; i < parts.size(); i++) {
                if (parts.get(i).fits(head, facts)) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public String words() {
            return RoutePredicate.joined(parts, " or ");
        }
    }

    /// Not this.
    record Not(RoutePredicate part) implements RoutePredicate {
        @Override
        public boolean fits(RequestHead head, RouteFacts facts) {
            return !part.fits(head, facts);
        }

        @Override
        public String words() {
            return "not (" + part.words() + ")";
        }
    }

    private static String joined(List<RoutePredicate> parts, String by) {
        return parts.stream().map(RoutePredicate::words).collect(Collectors.joining(by, "(", ")"));
    }
}
