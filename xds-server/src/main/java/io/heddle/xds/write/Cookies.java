package io.heddle.xds.write;

import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.route.v3.CookieMatcher;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.heddle.model.resource.HttpRoute.CookieMatch;
import io.heddle.model.resource.HttpRoute.Match;
import java.util.stream.Collectors;

/// Writes what cookies must be.
///
/// An Envoy older than 1.37 does not know the field and would let every request pass. It gets a route for the
/// requests that the cookie decides about, those that have one of the name, which answers 500: what cannot be done as
/// written is never left out.
final class Cookies {
    private static final String ENVOY = "envoy ";
    private static final int FIRST_MAJOR = 1;
    private static final int FIRST_MINOR = 37;
    private static final String TOO_OLD = "a route matches by cookie, which this proxy is too old for\n";

    private Cookies() {}

    /// Whether a proxy of this version matches by cookies: a Heddle, which says its number only, or a new Envoy.
    static boolean areKnown(String version) {
        if (!version.startsWith(ENVOY)) {
            return !version.isEmpty() && Character.isDigit(version.charAt(0));
        }
        var numbers = version.substring(ENVOY.length()).split("[.]", 3);
        int major = number(numbers[0]);
        return major > FIRST_MAJOR || (major == FIRST_MAJOR && numbers.length > 1 && number(numbers[1]) >= FIRST_MINOR);
    }

    private static int number(String text) {
        return text.matches("[0-9]{1,6}") ? Integer.parseInt(text) : 0;
    }

    static CookieMatcher write(CookieMatch cookie) {
        var text = StringMatcher.newBuilder();
        if (cookie.regex()) {
            text.setSafeRegex(Matches.regex(cookie.values().getFirst()));
        } else if (cookie.values().size() == 1) {
            text.setExact(cookie.values().getFirst());
        } else {
            text.setSafeRegex(
                    Matches.regex(cookie.values().stream().map(Patterns::quote).collect(Collectors.joining("|"))));
        }
        return CookieMatcher.newBuilder()
                .setName(cookie.name())
                .setStringMatch(text)
                .build();
    }

    /// The requests that a match by cookies decides about, for a proxy that does not know cookies.
    static RouteMatch undecided(Match match) {
        var written = Matches.write(match).toBuilder().clearCookies();
        for (var cookie : match.cookies()) {
            var named = "(?:.*[;,])? *" + Patterns.quote(cookie.name()) + "=.*";
            written.addHeaders(HeaderMatcher.newBuilder()
                    .setName("cookie")
                    .setStringMatch(StringMatcher.newBuilder().setSafeRegex(Matches.regex(named))));
        }
        return written.build();
    }

    /// What such a request is answered.
    static DirectResponseAction refusal(int status) {
        return RouteWriter.answer(status).toBuilder()
                .setBody(DataSource.newBuilder().setInlineString(TOO_OLD))
                .build();
    }
}
