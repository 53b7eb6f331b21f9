package io.heddle.proxy.http1;

import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.proxy.http.LineKind;
import io.heddle.proxy.http.OutgoingRequest;

/// Writes requests to an upstream: the client's bytes as they are where they can stay.
public final class Http1RequestWriter {
    private static final int HOST = LineKind.bit(LineKind.HOST);

    private Http1RequestWriter() {}

    /// Whether the request's body, if there is one, is sent in chunks: its length is not known.
    public static boolean chunks(OutgoingRequest request) {
        var lines = request.head().lines();
        return lines.chunked() || (!request.complete() && lines.contentLength() < 0);
    }

    /// Writes the head with `writer`, but for the empty line at its end.
    public static HeadWriter write(HeadWriter writer, OutgoingRequest request) {
        var head = request.head();
        var lines = request.lines();
        writer.start();
        if (request.keepsTarget() && head.hasRequestLine()) {
            writer.request(head, lines);
        } else {
            lines.drop(HOST);
            target(writer.span(head.bytes(), head.method()).text(" "), request, head);
            writer.headers(lines);
        }
        if (chunks(request) && !head.lines().chunked()) {
            writer.text("transfer-encoding: chunked\r\n");
        }
        return writer;
    }

    private static void target(HeadWriter writer, OutgoingRequest request, HttpRequestHead head) {
        var path = request.newPath();
        if (path.isPresent()) {
            writer.safe(path.get());
        } else {
            writer.span(head.bytes(), head.path());
        }
        writer.text(" HTTP/1.1\r\nhost: ");
        var authority = request.newAuthority();
        if (authority.isPresent()) {
            writer.safe(authority.get());
        } else {
            writer.span(head.bytes(), head.authority());
        }
        writer.text("\r\n");
    }
}
