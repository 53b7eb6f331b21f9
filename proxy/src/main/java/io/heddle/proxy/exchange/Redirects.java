package io.heddle.proxy.exchange;

import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.traffic.request.HeaderEdit;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.traffic.route.RouteAction.Redirect;
import java.util.List;
import java.util.Optional;

/// Makes the answer of a redirecting route, as Envoy's `route.v3.RedirectAction`.
final class Redirects {
    private Redirects() {}

    /// The answer to a request that was made over TLS or not.
    static LocalReply reply(Redirect redirect, HttpRequestHead head, boolean https) {
        var location = redirect.location(head, https);
        var header = new HeaderEdit(HeaderEdit.Action.SET, HeaderName.LOCATION, location);
        return new LocalReply(
                redirect.status(), "", List.of(header), ResponseFlag.NONE, "direct_response", Optional.empty());
    }
}
