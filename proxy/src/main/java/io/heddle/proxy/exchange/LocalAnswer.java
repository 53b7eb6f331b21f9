package io.heddle.proxy.exchange;

import io.heddle.proxy.exchange.head.GrpcAnswer;
import io.heddle.proxy.exchange.head.HopHeaders;
import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.traffic.request.HeaderEdits;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.LocalReply;
import java.nio.charset.StandardCharsets;

/// Makes the header lines and the body of an answer that no upstream gave.
final class LocalAnswer {
    private static final byte[] EMPTY = {};

    private LocalAnswer() {}

    /// Answers `request` and gives the number of bytes of body that were sent.
    static int write(
            LocalReply reply, HeaderEdits edits, HttpRequestHead request, HopHeaders headers, ClientStream client) {
        var worker = headers.worker();
        boolean grpc = GrpcAnswer.isWanted(request, edits);
        boolean bodiless = reply.status() < 200 || reply.status() == 204 || reply.status() == 304;
        var body = bodiless ? EMPTY : reply.body().getBytes(StandardCharsets.UTF_8);
        var lines = worker.editedLines().start(HeaderLines.EMPTY, 0, edits).change();
        if (grpc) {
            headers.local(lines, request);
            GrpcAnswer.add(reply, edits, lines, request);
            client.local(GrpcAnswer.HTTP_STATUS, lines, EMPTY);
            return 0;
        }
        if (!bodiless) {
            lines.add("content-length", Integer.toString(body.length));
        }
        if (body.length == 0) {
            lines.remove(HeaderName.CONTENT_TYPE);
        } else if (!lines.has(HeaderName.CONTENT_TYPE)) {
            lines.add("content-type", "text/plain");
        }
        headers.local(lines, request);
        var sent = request.isMethod("HEAD") ? EMPTY : body;
        client.local(reply.status(), lines, sent);
        return sent.length;
    }
}
