package io.heddle.proxy.exchange;

import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.traffic.request.HeaderEdit;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.traffic.request.Span;
import io.heddle.traffic.route.Rewrite;
import io.heddle.traffic.route.RouteAction.Redirect;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;

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
        return new LocalReply(redirect.status(), "", List.of(header), ResponseFlag.NONE, "direct_response");
    }

    private static String path(Redirect redirect, HttpRequestHead head) {
        var writer = new io.heddle.proxy.http1.HeadWriter().start();
        change(writer, redirect.rewrite(), head);
        var written = writer.finish(Unpooled::buffer, 0);
        var text = written.toString(0, written.readableBytes() - 2, StandardCharsets.ISO_8859_1);
        int query = text.indexOf('?');
        return redirect.stripQuery() && query >= 0 ? text.substring(0, query) : text;
    }

    private static void change(io.heddle.proxy.http1.HeadWriter writer, Rewrite rewrite, HttpRequestHead head) {
        RequestWriter.path(writer, head, rewrite.path());
    }
}
