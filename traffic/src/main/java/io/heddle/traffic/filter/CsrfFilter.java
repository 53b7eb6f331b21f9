package io.heddle.traffic.filter;

import io.heddle.traffic.layer.RuntimeShare;
import io.heddle.traffic.match.StringMatcher;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.traffic.request.Span;
import io.heddle.traffic.route.FilterOverride;
import java.util.List;
import java.util.Optional;

/// Refuses requests that change something and that a page of another host made, as Envoy's `envoy.filters.http.csrf`:
/// POST, PUT, DELETE and PATCH must come from the host that they go to, or from one that is listed. Where they come
/// from, the browser says in `origin`, else in `referer`; a request that says neither is refused.
public final class CsrfFilter implements HttpFilter {
    /// Envoy's name of the filter.
    public static final String NAME = "envoy.filters.http.csrf";

    private static final HeaderName ORIGIN = HeaderName.of("origin");
    private static final HeaderName REFERER = HeaderName.of("referer");
    private static final List<StringMatcher> CHANGING = List.of(
            new StringMatcher.Exact("POST", false),
            new StringMatcher.Exact("PUT", false),
            new StringMatcher.Exact("DELETE", false),
            new StringMatcher.Exact("PATCH", false));
    private static final FilterCounter MISSING =
            FilterCounter.ofManager("envoy_http_csrf_missing_source_origin", "Requests that say no origin.");
    private static final FilterCounter INVALID =
            FilterCounter.ofManager("envoy_http_csrf_request_invalid", "Requests of another origin.");
    private static final FilterCounter VALID =
            FilterCounter.ofManager("envoy_http_csrf_request_valid", "Requests of an origin that may.");
    private static final FilterStep REFUSED =
            new FilterStep.Reply(LocalReply.of(403, "Invalid origin", ResponseFlag.NONE, "csrf_origin_mismatch"));

    private final String name;
    private final Policy policy;

    /// A filter called `name` in its chain; `policy` holds where no route overrides it.
    public CsrfFilter(String name, Policy policy) {
        this.name = name;
        this.policy = policy;
    }

    /// Who may change something.
    ///
    /// @param enabled the share of requests that it is enforced for
    /// @param shadow the share of the others for which it is only counted
    /// @param others hosts, with their port if they say one, beside the request's own
    public record Policy(RuntimeShare enabled, RuntimeShare shadow, List<StringMatcher> others)
            implements FilterOverride {
        public Policy {
            others = List.copyOf(others);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public FilterStep onRequest(FilterRequest request) {
        if (!changes(request.head())) {
            return FilterStep.CONTINUE;
        }
        var found = policy(request);
        return found.isEmpty() ? FilterStep.CONTINUE : judge(found.get(), request);
    }

    private static boolean changes(RequestHead head) {
        for (int i = 0; i < CHANGING.size(); i++) {
            if (CHANGING.get(i).matches(head.bytes(), Span.start(head.method()), Span.end(head.method()))) {
                return true;
            }
        }
        return false;
    }

    private Optional<Policy> policy(FilterRequest request) {
        return FilterOverride.settings(request.override(name), Policy.class, policy);
    }

    private FilterStep judge(Policy found, FilterRequest request) {
        boolean enabled = Shares.among(found.enabled(), request);
        if (!enabled && !Shares.among(found.shadow(), request)) {
            return FilterStep.CONTINUE;
        }
        var source = source(request.head());
        boolean valid = !source.isEmpty() && allows(found, source, request.head());
        if (valid) {
            request.count(VALID);
        } else {
            request.count(source.isEmpty() ? MISSING : INVALID);
        }
        if (request.trace().on()) {
            request.trace().decided(name, "origin " + source, valid ? "allowed" : "not allowed");
        }
        return valid || !enabled ? FilterStep.CONTINUE : REFUSED;
    }

    private static boolean allows(Policy found, String source, RequestHead head) {
        var target = Span.isPresent(head.authority()) ? Span.text(head.bytes(), head.authority()) : "";
        if (source.equalsIgnoreCase(target)) {
            return true;
        }
        for (var matcher : found.others()) {
            if (matcher.matches(source)) {
                return true;
            }
        }
        return false;
    }

    private static String source(RequestHead head) {
        var origin = host(head, ORIGIN);
        return origin.isEmpty() ? host(head, REFERER) : origin;
    }

    /// The host, and the port if it says one, of the URI in a header; the whole value where that is no URI.
    private static String host(RequestHead head, HeaderName header) {
        long span = head.header(header);
        if (!Span.isPresent(span)) {
            return "";
        }
        var text = Span.text(head.bytes(), span);
        int scheme = text.indexOf("://");
        if (scheme < 0) {
            return text;
        }
        int start = scheme + 3;
        int end = start;
        while (end < text.length() && "/?#\\".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        return text.substring(Math.max(start, text.lastIndexOf('@', end - 1) + 1), end);
    }
}
