package io.heddle.traffic.route;

import io.heddle.traffic.match.HeaderMatcher;
import io.heddle.traffic.match.PathMatcher;
import io.heddle.traffic.match.QueryMatcher;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.Span;
import io.heddle.traffic.request.Trace;
import java.util.List;

/// What a route fits: all parts must.
///
/// @param path the path
/// @param headers every one of them
/// @param queries every one of them
public record RouteMatch(PathMatcher path, List<HeaderMatcher> headers, List<QueryMatcher> queries) {
    public static final RouteMatch ANY = new RouteMatch(new PathMatcher.Prefix("/", false), List.of(), List.of());

    public RouteMatch {
        headers = List.copyOf(headers);
        queries = List.copyOf(queries);
    }

    /// Whether `head`, whose path ends at `pathEnd`, fits; `trace` hears which part did not.
    boolean matches(RequestHead head, int pathEnd, Trace trace, String route) {
        if (!path.matches(head.bytes(), Span.start(head.path()), pathEnd)) {
            return refused(trace, route, "path", path);
        }
        for (int i = 0; i < headers.size(); i++) {
            if (!headers.get(i).matches(head)) {
                return refused(trace, route, "header", headers.get(i));
            }
        }
        for (int i = 0; i < queries.size(); i++) {
            if (!queries.get(i).matches(head)) {
                return refused(trace, route, "query", queries.get(i));
            }
        }
        return true;
    }

    private static boolean refused(Trace trace, String route, String part, Object matcher) {
        if (trace.on()) {
            trace.decided("route", route, part + " does not fit " + matcher);
        }
        return false;
    }
}
