package io.heddle.proxy.exchange;

import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.proxy.http.HttpResponseHead;
import io.heddle.proxy.observe.RequestObserver;
import io.heddle.proxy.observe.RequestTimeline;
import io.heddle.traffic.request.HeaderEdit;
import io.heddle.traffic.request.HeaderEdits;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.Span;
import io.heddle.traffic.route.InternalRedirects;
import io.heddle.traffic.route.InternalRedirects.Predicate;
import io.heddle.traffic.route.RouteAction;
import io.heddle.traffic.route.RouteDecision;
import io.heddle.traffic.runtime.NetworkFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The redirects of hosts that one exchange followed for its client. Part of its [HttpExchange], reused with it.
final class FollowedRedirects {
    private static final HeaderName ORIGINAL_URL = HeaderName.of("x-envoy-original-url");
    private static final int SEE_OTHER = 303;

    private final Routing routing;
    private final ExchangeFacts facts;
    private final RequestTimeline timeline;
    private final List<RouteDecision> left = new ArrayList<>(0);
    private String origin = "";
    private boolean dropsBody;

    FollowedRedirects(Routing routing, ExchangeFacts facts, RequestTimeline timeline) {
        this.routing = routing;
        this.facts = facts;
        this.timeline = timeline;
    }

    /// A request begins.
    void clear() {
        left.clear();
        origin = "";
    }

    /// Where the request went before the last redirect, for `x-envoy-original-url`; empty when none was followed.
    String origin() {
        return origin;
    }

    /// Whether the last redirect that was followed leaves the request's body behind.
    boolean dropsBody() {
        return dropsBody;
    }

    /// Tells the application where the request went before, unless `origin` is empty.
    static void tell(String origin, HeaderEdits edits) {
        if (!origin.isEmpty()) {
            edits.add(new HeaderEdit(HeaderEdit.Action.SET, ORIGINAL_URL, origin));
        }
    }

    /// The request that the answer to `head`, which its host got as `sent`, leads to, when it is to be sent there; then
    /// it counts as followed.
    Optional<HttpRequestHead> after(
            HttpResponseHead answer,
            NetworkFilter.Http settings,
            RouteAction.Forward forward,
            HttpRequestHead head,
            SentHead sent) {
        var policy = forward.options().redirects();
        boolean https = facts.https();
        var next = next(policy, head, answer, https, sent);
        var decision = next.flatMap(found -> routing.elsewhere(settings, found, head));
        boolean follows = decision.isPresent() && follow(policy, timeline.decision(), decision.get(), head, https);
        dropsBody = follows && becomesGet(answer, head);
        return follows ? next : Optional.empty();
    }

    /// Tells of what is over at `now`: the request up to a redirect of this status is one of its own, as in Envoy.
    void tell(int status, long now, RequestObserver observer) {
        timeline.status = status;
        timeline.details = "internal_redirect";
        timeline.redirected = true;
        timeline.finished = now;
        timeline.runtime = facts.runtime();
        observer.finished(timeline);
    }

    /// The request that an answer leads to; empty when that is none that may be followed.
    private Optional<HttpRequestHead> next(
            InternalRedirects policy, HttpRequestHead head, HttpResponseHead answer, boolean https, SentHead sent) {
        boolean wanted = left.size() < policy.most() && policy.statuses().contains(answer.status());
        if (!wanted) {
            return Optional.empty();
        }
        var lines = answer.lines();
        for (int i = 0; i < lines.count(); i++) {
            long name = lines.name(i);
            if (HeaderName.LOCATION.matches(lines.bytes(), Span.start(name), Span.end(name))) {
                return place(Span.text(lines.bytes(), lines.value(i)))
                        .filter(place -> mayCross(policy, https, place.https()))
                        .map(place -> head.redirected(
                                new HttpRequestHead.Redirection(
                                        place.https(),
                                        place.authority(),
                                        place.path(),
                                        becomesGet(answer, head),
                                        policy.copied()),
                                sent.withheld(),
                                lines));
            }
        }
        return Optional.empty();
    }

    private static boolean becomesGet(HttpResponseHead answer, HttpRequestHead head) {
        return answer.status() == SEE_OTHER && !head.isMethod("GET") && !head.isMethod("HEAD");
    }

    /// Where a `location` leads: an absolute URI, as Envoy wants it.
    private record Place(boolean https, String authority, String path) {}

    private static Optional<Place> place(String location) {
        if (!location.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            return Optional.empty();
        }
        int fragment = location.indexOf('#');
        var text = fragment < 0 ? location : location.substring(0, fragment);
        var lower = text.toLowerCase(Locale.ROOT);
        boolean tls = lower.startsWith("https://");
        if (!tls && !lower.startsWith("http://")) {
            return Optional.empty();
        }
        int from = text.indexOf("//") + 2;
        int to = from;
        while (to < text.length() && "/?".indexOf(text.charAt(to)) < 0) {
            to++;
        }
        var authority = text.substring(from, to);
        var path = text.substring(to);
        boolean known = !authority.isEmpty() && "@\\<>\"".chars().noneMatch(c -> authority.indexOf(c) >= 0);
        return known
                ? Optional.of(new Place(tls, authority, path.startsWith("/") ? path : "/" + path))
                : Optional.empty();
    }

    private static boolean mayCross(InternalRedirects policy, boolean from, boolean to) {
        return from == to
                || (policy.crossScheme() && (from || !policy.predicates().contains(new Predicate.SafeScheme())));
    }

    /// Whether a redirect from one route may lead to another; then it is followed.
    private boolean follow(
            InternalRedirects policy, RouteDecision from, RouteDecision to, HttpRequestHead head, boolean https) {
        if (to.action() instanceof RouteAction.Reject) {
            return false;
        }
        for (var predicate : policy.predicates()) {
            boolean holds = switch (predicate) {
                case Predicate.NewRoute() -> !left.contains(to) && !from.equals(to);
                case Predicate.Listed(var names) -> names.contains(to.route().name());
                case Predicate.SafeScheme() -> true;
            };
            if (!holds) {
                return false;
            }
        }
        left.add(from);
        origin = (https ? "https://" : "http://")
                + (Span.isPresent(head.authority()) ? Span.text(head.bytes(), head.authority()) : "")
                + Span.text(head.bytes(), head.path());
        return true;
    }
}
