package io.heddle.proxy.exchange;

import io.heddle.proxy.exchange.head.ForwardedHost;
import io.heddle.proxy.exchange.head.GrpcAnswer;
import io.heddle.proxy.exchange.head.HopHeaders;
import io.heddle.proxy.http.EditedLines;
import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.proxy.upstream.pool.UpstreamStream;
import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.request.HeaderEdits;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.Span;
import io.heddle.traffic.route.ClusterChoice;
import io.heddle.traffic.route.Rewrite;
import io.heddle.traffic.route.RouteAction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The head of a request as it goes upstream: what filters and routes change in it, and its new authority. Part of its
/// [Tries], reused with them.
final class SentHead {
    /// Tells the application the number of the try, and the client how many there were.
    static final HeaderName ATTEMPT_COUNT = HeaderName.of("x-envoy-attempt-count");
    /// Tells the application how long its answer is waited for.
    private static final String EXPECTED_TIMEOUT = "x-envoy-expected-rq-timeout-ms";

    private final HopHeaders headers;
    private final ExchangeFormat format;
    private final ProxyServices services;
    private final HeaderEdits edits = new HeaderEdits();
    private HeaderEdits ofFilters = edits;
    private Optional<String> newHost = Optional.empty();
    private String origin = "";

    SentHead(HopHeaders headers, ExchangeFormat format, ProxyServices services) {
        this.headers = headers;
        this.format = format;
        this.services = services;
    }

    /// A request begins.
    void start() {
        newHost = Optional.empty();
    }

    /// It comes back from a redirect of this place; empty: from none.
    void from(String place) {
        origin = place;
    }

    /// Gathers what changes.
    void gather(
            HttpRequestHead head,
            RouteAction.Forward action,
            ClusterChoice.@Nullable Target target,
            HeaderEdits filterEdits) {
        ofFilters = filterEdits;
        newHost = target == null ? Optional.empty() : action.host(target, head);
        format.gather(filterEdits, target, edits);
        FollowedRedirects.tell(origin, edits);
        if (action.options().forwardedHost() && newHost.isPresent()) {
            ForwardedHost.append(head, edits);
        }
    }

    /// The headers of the client's that filters and route took away, or put others in the place of. Where the request
    /// is sent next they are missing: what one host must not see is nothing for another, and what the client wrote
    /// must not pass for what was put there.
    List<HeaderName> withheld() {
        var names = new ArrayList<HeaderName>();
        for (int i = 0; i < edits.size(); i++) {
            boolean takes = switch (edits.edit(i).action()) {
                case REMOVE, SET, SET_IF_PRESENT -> true;
                case APPEND, ADD_IF_ABSENT -> false;
            };
            if (takes) {
                names.add(edits.edit(i).name());
            }
        }
        return names;
    }

    /// Whether the request goes to its host as one of gRPC.
    boolean isGrpc(HttpRequestHead head) {
        return GrpcAnswer.isSent(head, ofFilters);
    }

    /// The request as mirrors get it; `complete` tells that it has no body at all.
    Mirrors.Original original(HttpRequestHead head, boolean complete) {
        return new Mirrors.Original(head, edits, newHost, format, complete);
    }

    /// The host that the request names, which a filter may name in its stead.
    String destination(HttpRequestHead head) {
        var forced = headers.namedHost();
        newHost = forced.or(() -> newHost);
        return forced.orElseGet(() -> {
            long authority = head.authority();
            return Span.isPresent(authority) ? Span.text(head.bytes(), authority) : "";
        });
    }

    /// The first value of a header as it is sent; empty without.
    Optional<String> first(HttpRequestHead head, HeaderName name) {
        return edits.first(head, name);
    }

    /// It goes to `endpoint`, which may give it another authority.
    void to(Endpoint endpoint, RouteAction.Forward action, HttpRequestHead head) {
        var named = action.options().host().at(endpoint);
        if (named.isEmpty() || named.equals(newHost)) {
            return;
        }
        format.renamed(edits);
        if (action.options().forwardedHost() && newHost.isEmpty()) {
            ForwardedHost.append(head, edits);
        }
        newHost = named;
    }

    /// Its lines for `stream`, with the number of the try if `counted`, and how many milliseconds the answer is waited
    /// for unless that is 0.
    EditedLines lines(HttpRequestHead head, UpstreamStream stream, boolean counted, long expectedMillis) {
        var announcement = stream.mutualTls() && !stream.reused() ? services.ownPeer() : "";
        var lines = headers.lines(head, edits, announcement);
        if (counted) {
            lines.add(ATTEMPT_COUNT.toString(), Integer.toString(format.timeline().attempts));
        }
        if (expectedMillis > 0) {
            lines.add(EXPECTED_TIMEOUT, Long.toString(expectedMillis));
        }
        return lines;
    }

    /// How host and path change.
    Rewrite rewrite(RouteAction.Forward action) {
        var ofRoute = action.rewrite();
        return newHost.equals(ofRoute.host()) ? ofRoute : new Rewrite(newHost, ofRoute.path());
    }
}
