package io.heddle.traffic.route;

import io.heddle.traffic.layer.RuntimeSnapshot;
import io.heddle.traffic.match.HeaderMatcher;
import io.heddle.traffic.match.PathMatcher;
import io.heddle.traffic.match.QueryMatcher;
import io.heddle.traffic.match.Wording;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.Span;
import java.util.List;

/// What a route fits: all parts must.
///
/// @param path the path
/// @param headers every one of them
/// @param queries every one of them
/// @param conditions every one of them
public record RouteMatch(
        PathMatcher path, List<HeaderMatcher> headers, List<QueryMatcher> queries, List<RouteCondition> conditions) {
    public static final RouteMatch ANY = new RouteMatch(new PathMatcher.Prefix("/", false), List.of(), List.of());

    public RouteMatch {
        headers = List.copyOf(headers);
        queries = List.copyOf(queries);
        conditions = List.copyOf(conditions);
    }

    /// Without further conditions.
    public RouteMatch(PathMatcher path, List<HeaderMatcher> headers, List<QueryMatcher> queries) {
        this(path, headers, queries, List.of());
    }

    /// Whether a request fits, whose path without a query is `span` of `bytes`.
    boolean matches(RequestHead head, RouteFacts facts, byte[] bytes, long span) {
        if (!path.matches(bytes, Span.start(span), Span.end(span))) {
            return false;
        }
        for (int i = 0; i < headers.size(); i++) {
            if (!headers.get(i).matches(head)) {
                return false;
            }
        }
        for (int i = 0; i < queries.size(); i++) {
            if (!queries.get(i).matches(head)) {
                return false;
            }
        }
        for (int i = 0; i < conditions.size(); i++) {
            if (!conditions.get(i).matches(head, facts)) {
                return false;
            }
        }
        return true;
    }

    /// Why such a request does not fit: the first part that does not; empty when all do.
    String obstacle(RequestHead head, RouteFacts facts, byte[] bytes, long span) {
        if (!path.matches(bytes, Span.start(span), Span.end(span))) {
            return "path does not fit: " + Wording.of(path);
        }
        for (var header : headers) {
            if (!header.matches(head)) {
                return "header does not fit " + Wording.of(header);
            }
        }
        for (var query : queries) {
            if (!query.matches(head)) {
                return "query does not fit " + Wording.of(query);
            }
        }
        for (var condition : conditions) {
            if (!condition.matches(head, facts)) {
                return "request does not fit " + words(condition, facts.runtime());
            }
        }
        return "";
    }

    private static String words(RouteCondition condition, RuntimeSnapshot runtime) {
        return switch (condition) {
            case RouteCondition.Grpc() -> "grpc";
            case RouteCondition.Certificate(var presented, var validated) ->
                "tls_context: presented " + presented.map(Object::toString).orElse("or not") + ", validated "
                        + validated.map(Object::toString).orElse("or not");
            case RouteCondition.Cookie(var matcher) -> "cookie " + Wording.of(matcher);
            case RouteCondition.Metadata(var matcher) ->
                "dynamic_metadata: " + matcher.namespace() + " " + String.join(".", matcher.path());
            case RouteCondition.State(var matcher) -> "filter_state: " + matcher.key();
            case RouteCondition.Fraction(var share) -> {
                var counts = share.in(runtime);
                yield "runtime_fraction: " + counts.numerator() + " of " + counts.denominator();
            }
        };
    }
}
