package io.heddle.xds.read.filter;

import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.extensions.filters.http.stateful_session.v3.StatefulSession;
import io.envoyproxy.envoy.extensions.filters.http.stateful_session.v3.StatefulSessionPerRoute;
import io.envoyproxy.envoy.extensions.http.stateful_session.cookie.v3.CookieBasedSessionState;
import io.envoyproxy.envoy.extensions.http.stateful_session.header.v3.HeaderBasedSessionState;
import io.envoyproxy.envoy.type.http.v3.Cookie;
import io.envoyproxy.envoy.type.http.v3.CookieAttribute;
import io.heddle.traffic.filter.HttpFilter;
import io.heddle.traffic.filter.StatefulSessionFilter;
import io.heddle.traffic.filter.StatefulSessionFilter.SessionState;
import io.heddle.traffic.filter.StatefulSessionFilter.Settings;
import io.heddle.traffic.hash.NewCookie;
import io.heddle.traffic.route.FilterOverride;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.HashPolicyReader;
import io.heddle.xds.read.core.HeadTexts;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.core.Values;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads how sessions are kept.
final class SessionReader {
    private static final Fields<StatefulSession> SESSION = Fields.refusingOthers(StatefulSession.class)
            .reads("session_state", "strict")
            .accepts("stat_prefix", "there are no figures of sessions");
    private static final Fields<StatefulSessionPerRoute> PER_ROUTE =
            Fields.refusingOthers(StatefulSessionPerRoute.class).reads("disabled", "stateful_session");
    private static final Fields<TypedExtensionConfig> STATE = Fields.refusingOthers(TypedExtensionConfig.class)
            .accepts("name", "for people")
            .limits("typed_config", "`CookieBasedSessionState` and `HeaderBasedSessionState`");
    private static final Fields<CookieBasedSessionState> BY_COOKIE =
            Fields.refusingOthers(CookieBasedSessionState.class).reads("cookie");
    private static final Fields<Cookie> COOKIE =
            Fields.refusingOthers(Cookie.class).reads("name", "ttl", "path", "attributes");
    private static final Fields<CookieAttribute> ATTRIBUTE =
            Fields.refusingOthers(CookieAttribute.class).reads("name", "value");
    private static final Fields<HeaderBasedSessionState> BY_HEADER =
            Fields.refusingOthers(HeaderBasedSessionState.class).reads("name");

    /// What of sessions is read.
    static final List<Fields<?>> FIELDS = List.of(SESSION, PER_ROUTE, STATE, BY_COOKIE, COOKIE, ATTRIBUTE, BY_HEADER);

    private static final String PACKAGE = "envoy.extensions.http.stateful_session.";

    private SessionReader() {}

    static Optional<HttpFilter> filter(String name, StatefulSession message, Scope scope) {
        scope.check(message, SESSION);
        if (!message.hasSessionState()) {
            return Optional.of(new StatefulSessionFilter(name, Optional.empty()));
        }
        return settings(message, scope).map(found -> new StatefulSessionFilter(name, Optional.of(found)));
    }

    static Optional<FilterOverride> route(StatefulSessionPerRoute message, Scope scope) {
        scope.check(message, PER_ROUTE);
        if (!message.hasStatefulSession()) {
            return Optional.of(new FilterOverride.Disabled());
        }
        var here = scope.at("stateful_session");
        here.check(message.getStatefulSession(), SESSION);
        return settings(message.getStatefulSession(), here).map(found -> found);
    }

    private static Optional<Settings> settings(StatefulSession message, Scope scope) {
        var extension = message.getSessionState();
        var here = scope.at("session_state");
        here.check(extension, STATE);
        var any = extension.getTypedConfig();
        var within = here.at("typed_config");
        var state = switch (Scope.type(any)) {
            case PACKAGE + "cookie.v3.CookieBasedSessionState" ->
                within.unpack(any, CookieBasedSessionState.parser()).flatMap(found -> cookie(found, within));
            case PACKAGE + "header.v3.HeaderBasedSessionState" ->
                within.unpack(any, HeaderBasedSessionState.parser()).flatMap(found -> header(found, within));
            default -> {
                here.error("session state " + Scope.type(any) + " is not supported", "use a cookie or a header");
                yield Optional.<SessionState>empty();
            }
        };
        return state.map(found -> new Settings(found, message.getStrict()));
    }

    private static Optional<SessionState> header(HeaderBasedSessionState message, Scope scope) {
        scope.check(message, BY_HEADER);
        return HeadTexts.headerName(message.getName(), scope.at("name")).map(SessionState.Header::new);
    }

    private static Optional<SessionState> cookie(CookieBasedSessionState message, Scope scope) {
        scope.check(message, BY_COOKIE);
        var cookie = message.getCookie();
        var here = scope.at("cookie");
        here.check(cookie, COOKIE);
        if (cookie.getName().isEmpty()) {
            here.at("name").error("is missing", "name the cookie");
            return Optional.empty();
        }
        var attributes = new ArrayList<NewCookie.Attribute>();
        for (int i = 0; i < cookie.getAttributesCount(); i++) {
            var found = cookie.getAttributes(i);
            here.at("attributes", i).check(found, ATTRIBUTE);
            attributes.add(HashPolicyReader.attribute(found.getName(), found.getValue(), here.at("attributes", i)));
        }
        return Optional.of(new SessionState.Cookie(new NewCookie(
                HashPolicyReader.cookieText(cookie.getName(), here.at("name")),
                Values.duration(cookie.getTtl(), Duration.ZERO, here.at("ttl")),
                HashPolicyReader.cookieText(cookie.getPath(), here.at("path")),
                attributes)));
    }
}
