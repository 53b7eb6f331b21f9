package io.heddle.proxy.exchange;

import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.proxy.http.OutgoingRequest;
import io.heddle.traffic.request.HeaderEdit;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.traffic.request.Span;
import io.heddle.traffic.route.RouteAction.Redirect;
import java.util.List;
import java.util.Optional;

/// Makes the answer of a redirecting route, as Envoy's `route.v3.RedirectAction`.
final class Redirects {
    private Redirects() {}

    static LocalReply reply(Redirect redirect, HttpRequestHead head, boolean tls) {
        var scheme = redirect.scheme().orElse(tls ? "https" : "http");
        var authority = Span.isPresent(head.authority()) ? Span.text(head.bytes(), head.authority()) : "";
        int colon = authority.lastIndexOf(':');
        boolean hasPort = colon > authority.lastIndexOf(']');
        var host = redirect.host().orElse(hasPort ? authority.substring(0, colon) : authority);
        var kept =
                hasPort && redirect.scheme().isEmpty() && redirect.host().isEmpty() ? authority.substring(colon) : "";
        var port = redirect.port().map(number -> ":" + number).orElse(kept);
        var location = scheme + "://" + host + port + path(redirect, head);
        var header = new HeaderEdit(HeaderEdit.Action.SET, HeaderName.LOCATION, location);
        return new LocalReply(
                redirect.status(), "", List.of(header), ResponseFlag.NONE, "direct_response", Optional.empty());
    }

    private static String path(Redirect redirect, HttpRequestHead head) {
        var text = OutgoingRequest.path(head, redirect.rewrite().path());
        int query = text.indexOf('?');
        return redirect.stripQuery() && query >= 0 ? text.substring(0, query) : text;
    }
}
