package io.heddle.traffic.route;

import io.heddle.traffic.match.HeaderMatcher;
import io.heddle.traffic.match.PathMatcher;
import io.heddle.traffic.match.QueryMatcher;
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
}
