package io.heddle.proxy.http1;

import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.proxy.http.LineKind;
import io.heddle.proxy.http.OutgoingRequest;
import io.heddle.traffic.request.Span;
import io.heddle.traffic.runtime.Http1Options;
import io.heddle.traffic.runtime.Http1Options.NameCase;

/// Writes requests to an upstream: the client's bytes as they are where they can stay.
public final class Http1RequestWriter {
    private static final int HOST = LineKind.bit(LineKind.HOST);

    private Http1RequestWriter() {}

    /// Whether the request's body, if there is one, is sent in chunks: its length is not known.
    public static boolean chunks(OutgoingRequest request) {
        if (!request.upgrade().isEmpty()) {
            return false;
        }
        var lines = request.head().lines();
        return lines.chunked() || (!request.complete() && lines.contentLength() < 0);
    }

    /// Writes the head with `writer`, but for the empty line at its end.
    public static HeadWriter write(HeadWriter writer, OutgoingRequest request, Http1Options options) {
        var head = request.head();
        var lines = request.lines();
        writer.start();
        if (request.keepsTarget() && head.hasRequestLine() && !options.sendsUrls()) {
            writer.request(head, lines);
        } else {
            lines.drop(HOST);
            target(writer.span(head.bytes(), head.method()).text(" "), request, options);
            writer.headers(lines);
        }
        if (chunks(request) && !head.lines().chunked()) {
            writer.text("transfer-encoding: chunked\r\n");
        }
        if (!request.upgrade().isEmpty() && !head.connect()) {
            writer.text("connection: upgrade\r\nupgrade: ")
                    .safe(request.upgrade())
                    .text("\r\n");
        }
        return writer.names(options.names());
    }

    private static void target(HeadWriter writer, OutgoingRequest request, Http1Options options) {
        var head = request.head();
        var host = options.names() == NameCase.RECEIVED ? " HTTP/1.1\r\nhost: " : " HTTP/1.1\r\nHost: ";
        if (request.upgrade().equals(OutgoingRequest.CONNECT)) {
            authority(writer, request, head);
            writer.text(host);
            authority(writer, request, head);
            writer.text("\r\n");
            return;
        }
        if (options.sendsUrls()) {
            url(writer, request, head);
        }
        var path = request.newPath();
        if (path.isPresent()) {
            writer.safe(path.get());
        } else {
            writer.span(head.bytes(), head.path());
        }
        writer.text(host);
        authority(writer, request, head);
        writer.text("\r\n");
    }

    /// What stands before the path in a URL. `*` is no path, and stays alone (RFC 9112, section 3.2.4).
    private static void url(HeadWriter writer, OutgoingRequest request, HttpRequestHead head) {
        if (head.isMethod("OPTIONS") && head.bytes()[Span.start(head.path())] == '*') {
            return;
        }
        boolean https = head.passesHttps(head.lines().first(LineKind.FORWARDED_PROTO));
        authority(writer.text(https ? "https://" : "http://"), request, head);
    }

    private static void authority(HeadWriter writer, OutgoingRequest request, HttpRequestHead head) {
        var authority = request.newAuthority();
        if (authority.isPresent()) {
            writer.safe(authority.get());
        } else {
            writer.span(head.bytes(), head.authority());
        }
    }
}
