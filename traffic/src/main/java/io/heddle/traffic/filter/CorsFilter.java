package io.heddle.traffic.filter;

import io.heddle.traffic.layer.RuntimeShare;
import io.heddle.traffic.match.StringMatcher;
import io.heddle.traffic.request.HeaderEdit;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.traffic.request.Span;
import io.heddle.traffic.route.FilterOverride;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Lets pages of other origins ask, as Envoy's `envoy.filters.http.cors`: it answers their preflights and tells
/// browsers in answers what the page may see (the Fetch standard, "CORS protocol"). It refuses nobody: who asks without
/// a browser is not held back.
public final class CorsFilter implements HttpFilter {
    /// Envoy's name of the filter.
    public static final String NAME = "envoy.filters.http.cors";
    /// The name under which routes have a policy for every filter of this kind, whatever it is called, that they have
    /// none for by its name (Envoy's `cors` of routes and virtual hosts).
    public static final String OF_ANY_NAME = "cors policy of the route";

    private static final HeaderName ORIGIN = HeaderName.of("origin");
    private static final HeaderName REQUEST_METHOD = HeaderName.of("access-control-request-method");
    private static final HeaderName REQUEST_HEADERS = HeaderName.of("access-control-request-headers");
    private static final HeaderName REQUEST_PRIVATE = HeaderName.of("access-control-request-private-network");
    private static final HeaderName ALLOW_ORIGIN = HeaderName.of("access-control-allow-origin");
    private static final HeaderName ALLOW_CREDENTIALS = HeaderName.of("access-control-allow-credentials");
    private static final HeaderName ALLOW_METHODS = HeaderName.of("access-control-allow-methods");
    private static final HeaderName ALLOW_HEADERS = HeaderName.of("access-control-allow-headers");
    private static final HeaderName ALLOW_PRIVATE = HeaderName.of("access-control-allow-private-network");
    private static final HeaderName EXPOSE_HEADERS = HeaderName.of("access-control-expose-headers");
    private static final HeaderName MAX_AGE = HeaderName.of("access-control-max-age");
    private static final StringMatcher OPTIONS = new StringMatcher.Exact("OPTIONS", false);
    private static final StringMatcher TRUE = new StringMatcher.Exact("true", false);
    private static final FilterCounter VALID =
            FilterCounter.ofManager("envoy_http_cors_origin_valid", "Requests of an origin that may ask.");
    private static final FilterCounter INVALID =
            FilterCounter.ofManager("envoy_http_cors_origin_invalid", "Requests of an origin that may not ask.");

    private final String name;

    /// A filter called `name` in its chain. Only routes, virtual hosts and tables say who may ask.
    public CorsFilter(String name) {
        this.name = name;
    }

    /// Who may ask, and what they are told (Envoy's `CorsPolicy`).
    ///
    /// @param origins any of them must fit; `*` as an exact one fits all
    /// @param told what is told; a text that is empty is not
    /// @param credentials whether pages may send theirs; empty where nothing is said
    /// @param privateNetwork whether pages of a less private network may ask; empty where nothing is said
    /// @param enabled the share of requests that it is heeded for
    /// @param shadow the share of the others for which it is only counted
    /// @param forwards whether preflights of other origins reach the application; empty where nothing is said, and
    ///     they do then
    public record Policy(
            List<StringMatcher> origins,
            Told told,
            Optional<Boolean> credentials,
            Optional<Boolean> privateNetwork,
            RuntimeShare enabled,
            RuntimeShare shadow,
            Optional<Boolean> forwards)
            implements FilterOverride {
        public Policy {
            origins = List.copyOf(origins);
        }

        /// What this policy does not say, an outer one says; for which requests, this one alone.
        @Override
        public FilterOverride over(FilterOverride outer) {
            if (!(outer instanceof Policy wide)) {
                return this;
            }
            return new Policy(
                    origins.isEmpty() ? wide.origins : origins,
                    told.over(wide.told),
                    credentials.or(wide::credentials),
                    privateNetwork.or(wide::privateNetwork),
                    enabled,
                    shadow,
                    forwards.or(wide::forwards));
        }
    }

    /// Values of headers of answers; what is empty is not told.
    ///
    /// @param methods `access-control-allow-methods`
    /// @param headers `access-control-allow-headers`
    /// @param exposed `access-control-expose-headers`
    /// @param maxAge `access-control-max-age`
    public record Told(String methods, String headers, String exposed, String maxAge) {
        private Told over(Told outer) {
            return new Told(
                    methods.isEmpty() ? outer.methods : methods,
                    headers.isEmpty() ? outer.headers : headers,
                    exposed.isEmpty() ? outer.exposed : exposed,
                    maxAge.isEmpty() ? outer.maxAge : maxAge);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public FilterStep onRequest(FilterRequest request) {
        long origin = request.head().header(ORIGIN);
        if (!Span.isPresent(origin) || Span.length(origin) == 0) {
            return FilterStep.CONTINUE;
        }
        var own = request.override(name);
        var override = own.isPresent() ? own : request.override(OF_ANY_NAME);
        return override.isPresent() && override.get() instanceof Policy policy
                ? heed(policy, origin, request)
                : FilterStep.CONTINUE;
    }

    private FilterStep heed(Policy policy, long origin, FilterRequest request) {
        boolean enabled = Shares.among(policy.enabled(), request);
        if (!enabled && !Shares.among(policy.shadow(), request)) {
            return FilterStep.CONTINUE;
        }
        boolean allowed = allows(policy, origin, request.head());
        request.count(allowed ? VALID : INVALID);
        if (request.trace().on()) {
            request.trace().decided(name, "origin", allowed ? "allowed" : "not allowed");
        }
        if (!enabled) {
            return FilterStep.CONTINUE;
        }
        boolean preflight = isPreflight(request.head());
        if (!allowed) {
            return preflight && !policy.forwards().orElse(true) ? reply(List.of()) : FilterStep.CONTINUE;
        }
        var value = Span.text(request.head().bytes(), origin);
        if (preflight) {
            return reply(preflight(policy, value, request.head()));
        }
        tell(policy, value, request);
        return FilterStep.CONTINUE;
    }

    private static boolean allows(Policy policy, long origin, RequestHead head) {
        for (var matcher : policy.origins()) {
            if (matcher.matches("*") || fits(matcher, origin, head)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isPreflight(RequestHead head) {
        long method = head.header(REQUEST_METHOD);
        return fits(OPTIONS, head.method(), head) && Span.isPresent(method) && Span.length(method) > 0;
    }

    private static boolean fits(StringMatcher matcher, long span, RequestHead head) {
        return Span.isPresent(span) && matcher.matches(head.bytes(), Span.start(span), Span.end(span));
    }

    private static FilterStep reply(List<HeaderEdit> headers) {
        return new FilterStep.Reply(
                LocalReply.of(200, "", ResponseFlag.NONE, "cors_response").withHeaders(headers));
    }

    private static List<HeaderEdit> preflight(Policy policy, String origin, RequestHead head) {
        var headers = new ArrayList<HeaderEdit>();
        headers.add(set(ALLOW_ORIGIN, origin));
        if (policy.credentials().orElse(false)) {
            headers.add(set(ALLOW_CREDENTIALS, "true"));
        }
        addNonEmpty(ALLOW_METHODS, told(policy.told().methods(), REQUEST_METHOD, head), headers);
        addNonEmpty(ALLOW_HEADERS, told(policy.told().headers(), REQUEST_HEADERS, head), headers);
        addNonEmpty(MAX_AGE, policy.told().maxAge(), headers);
        if (policy.privateNetwork().orElse(false) && fits(TRUE, head.header(REQUEST_PRIVATE), head)) {
            headers.add(set(ALLOW_PRIVATE, "true"));
        }
        return headers;
    }

    /// `*` allows what is asked for, by its name: beside credentials browsers take no wildcard.
    private static String told(String configured, HeaderName asked, RequestHead head) {
        long wanted = head.header(asked);
        return configured.equals("*") && Span.isPresent(wanted) ? Span.text(head.bytes(), wanted) : configured;
    }

    private static void addNonEmpty(HeaderName header, String value, List<HeaderEdit> headers) {
        if (!value.isEmpty()) {
            headers.add(set(header, value));
        }
    }

    private static void tell(Policy policy, String origin, FilterRequest request) {
        var edits = request.responseEdits();
        edits.add(set(ALLOW_ORIGIN, origin));
        if (policy.credentials().orElse(false)) {
            edits.add(set(ALLOW_CREDENTIALS, "true"));
        }
        if (!policy.told().exposed().isEmpty()) {
            edits.add(set(EXPOSE_HEADERS, policy.told().exposed()));
        }
    }

    private static HeaderEdit set(HeaderName name, String value) {
        return new HeaderEdit(HeaderEdit.Action.SET, name, value);
    }
}
