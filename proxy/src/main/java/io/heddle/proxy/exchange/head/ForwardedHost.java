package io.heddle.proxy.exchange.head;

import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.traffic.request.HeaderEdit;
import io.heddle.traffic.request.HeaderEdits;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.Span;

/// Tells in `x-forwarded-host` which authority a request had before its route gave it another one.
public final class ForwardedHost {
    private static final HeaderName NAME = HeaderName.of("x-forwarded-host");

    private ForwardedHost() {}

    /// Appends the authority of `head`.
    public static void append(HttpRequestHead head, HeaderEdits edits) {
        if (!Span.isPresent(head.authority())) {
            return;
        }
        var own = Span.text(head.bytes(), head.authority());
        long before = head.header(NAME);
        var value = Span.isPresent(before) ? Span.text(head.bytes(), before) + "," + own : own;
        edits.add(new HeaderEdit(HeaderEdit.Action.SET, NAME, value));
    }
}
