package io.heddle.traffic.filter;

import io.heddle.traffic.hash.NewCookie;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.route.FilterOverride;
import java.util.Optional;

/// Sends the requests of a session to one host, as Envoy's `envoy.filters.http.stateful_session`: which host that
/// is, the client says itself, in a cookie or a header that an earlier answer gave it ([SessionState]). The host
/// is looked up where the request is forwarded.
public final class StatefulSessionFilter implements HttpFilter {
    /// Envoy's name of the filter.
    public static final String NAME = "envoy.filters.http.stateful_session";

    private final String name;
    private final Optional<Settings> settings;

    /// A filter called `name` in its chain; without settings only routes have sessions.
    public StatefulSessionFilter(String name, Optional<Settings> settings) {
        this.name = name;
        this.settings = settings;
    }

    /// How sessions are kept.
    ///
    /// @param state where the client keeps its host
    /// @param strict whether a request whose host is not there fails (503, flag `UH`), rather than go
    ///     to another one
    public record Settings(SessionState state, boolean strict) implements FilterOverride {}

    /// Where a client keeps the address of its session's host.
    public sealed interface SessionState {
        /// In a cookie, for requests to paths below the cookie's.
        record Cookie(NewCookie cookie) implements SessionState {}

        /// In a header, of requests and answers.
        record Header(HeaderName name) implements SessionState {}
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public FilterStep onRequest(FilterRequest request) {
        var override = request.override(name);
        if (override.isEmpty()) {
            settings.ifPresent(request::keepSession);
        } else if (override.get() instanceof Settings ofRoute) {
            request.keepSession(ofRoute);
        }
        return FilterStep.CONTINUE;
    }
}
