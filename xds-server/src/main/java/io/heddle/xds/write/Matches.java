package io.heddle.xds.write;

import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.QueryParameterMatcher;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.heddle.model.resource.HttpRoute.Match;
import io.heddle.model.resource.HttpRoute.PathMatch;
import io.heddle.model.resource.HttpRoute.ValueMatch;

/// Writes the conditions of a route.
final class Matches {
    private Matches() {}

    static RouteMatch write(Match match) {
        var written = RouteMatch.newBuilder();
        switch (match.path()) {
            case PathMatch.Exact(var path) -> written.setPath(path);
            case PathMatch.Regex(var pattern) -> written.setSafeRegex(regex(pattern));
            case PathMatch.Prefix(var prefix) -> {
                var normal = PathPrefix.normal(prefix);
                if (normal.equals("/")) {
                    written.setPrefix("/");
                } else {
                    written.setPathSeparatedPrefix(normal);
                }
            }
        }
        match.method()
                .ifPresent(method -> written.addHeaders(HeaderMatcher.newBuilder()
                        .setName(":method")
                        .setStringMatch(StringMatcher.newBuilder().setExact(method))));
        for (var header : match.headers()) {
            written.addHeaders(HeaderMatcher.newBuilder().setName(header.name()).setStringMatch(value(header)));
        }
        for (var parameter : match.queryParams()) {
            written.addQueryParameters(
                    QueryParameterMatcher.newBuilder().setName(parameter.name()).setStringMatch(value(parameter)));
        }
        match.cookies().forEach(cookie -> written.addCookies(Cookies.write(cookie)));
        return written.build();
    }

    static RegexMatcher regex(String pattern) {
        return RegexMatcher.newBuilder().setRegex(pattern).build();
    }

    private static StringMatcher value(ValueMatch match) {
        return match.regex()
                ? StringMatcher.newBuilder().setSafeRegex(regex(match.value())).build()
                : StringMatcher.newBuilder().setExact(match.value()).build();
    }
}
