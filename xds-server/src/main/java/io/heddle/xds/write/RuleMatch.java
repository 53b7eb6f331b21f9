package io.heddle.xds.write;

import io.heddle.model.resource.HttpRoute;
import io.heddle.model.resource.HttpRoute.Match;
import io.heddle.model.resource.HttpRoute.PathMatch;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// One match of one rule of an HTTPRoute: the unit that the Gateway API orders.
///
/// @param route where it stands
/// @param rule the index of its rule
/// @param match what it demands
record RuleMatch(HttpRoute route, int rule, Match match) {
    private static final Match EVERYTHING =
            new Match(new PathMatch.Prefix("/"), List.of(), List.of(), Optional.empty());

    /// The Gateway API's order (HTTPRouteRule.matches): exact path, longest prefix, method, most headers, most
    /// query parameters, and then most cookies; ties stay in the order of the routes (oldest first), rules and
    /// matches. Where it leaves patterns to the implementation, they go before the prefix `/` (that fits
    /// everything) and after every other prefix.
    static final Comparator<RuleMatch> PRECEDENCE = Comparator.<RuleMatch>comparingInt(
                    candidate -> -pathRank(candidate.match().path()))
            .thenComparingInt(candidate -> -pathLength(candidate.match().path()))
            .thenComparingInt(candidate -> candidate.match().method().isPresent() ? 0 : 1)
            .thenComparingInt(candidate -> -candidate.match().headers().size())
            .thenComparingInt(candidate -> -candidate.match().queryParams().size())
            .thenComparingInt(candidate -> -candidate.match().cookies().size());

    /// The matches of a rule; a rule without any matches everything.
    static List<RuleMatch> of(HttpRoute route, int rule) {
        var matches = route.rules().get(rule).matches();
        return (matches.isEmpty() ? List.of(EVERYTHING) : matches)
                .stream().map(match -> new RuleMatch(route, rule, match)).toList();
    }

    HttpRoute.Rule asRule() {
        return route.rules().get(rule);
    }

    /// `namespace/route/rule`, by which people find where a request was decided.
    String name() {
        var name = asRule().name();
        return route.object().namespace() + "/" + route.object().name() + "/" + (name.isEmpty() ? rule : name);
    }

    private static int pathRank(PathMatch path) {
        return switch (path) {
            case PathMatch.Exact _ -> 3;
            case PathMatch.Prefix(var prefix) -> PathPrefix.normal(prefix).equals("/") ? 0 : 2;
            case PathMatch.Regex _ -> 1;
        };
    }

    private static int pathLength(PathMatch path) {
        return switch (path) {
            case PathMatch.Exact(var exact) -> exact.length();
            case PathMatch.Prefix(var prefix) -> PathPrefix.normal(prefix).length();
            case PathMatch.Regex(var pattern) -> pattern.length();
        };
    }
}
