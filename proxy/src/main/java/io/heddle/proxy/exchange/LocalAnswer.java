package io.heddle.proxy.exchange;

import io.heddle.proxy.exchange.head.GrpcAnswer;
import io.heddle.proxy.exchange.head.HopHeaders;
import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.traffic.request.HeaderEdits;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.LocalReply;
import java.nio.charset.StandardCharsets;

/// An answer that no upstream gave, as it goes out.
final class LocalAnswer {
    /// The content type of a body, where nobody says another.
    static final String TEXT = "text/plain";

    private static final byte[] EMPTY = {};

    private final LocalReply reply;
    private final HeaderEdits edits;
    private final byte[] body;

    /// What `reply` says, with its own headers and what route and filters change in them in `edits`, and its
    /// `body` as the filters have left it.
    LocalAnswer(LocalReply reply, HeaderEdits edits, byte[] body) {
        this.reply = reply;
        this.edits = edits;
        this.body = body;
    }

    /// The body of `reply` before filters change it; nothing where its status allows none.
    static byte[] body(LocalReply reply) {
        return isBodiless(reply) ? EMPTY : reply.body().getBytes(StandardCharsets.UTF_8);
    }

    private static boolean isBodiless(LocalReply reply) {
        return reply.status() < 200 || reply.status() == 204 || reply.status() == 304;
    }

    /// Answers `request` and gives the number of bytes of body that were sent.
    int write(HttpRequestHead request, HopHeaders headers, ClientStream client) {
        var lines = headers.worker()
                .editedLines()
                .start(HeaderLines.EMPTY, 0, edits)
                .change();
        if (GrpcAnswer.isWanted(request, edits)) {
            headers.local(lines, request);
            GrpcAnswer.add(reply, edits, lines, request);
            client.local(GrpcAnswer.HTTP_STATUS, lines, EMPTY);
            return 0;
        }
        if (!isBodiless(reply)) {
            lines.add("content-length", Integer.toString(body.length));
        }
        if (body.length == 0) {
            lines.remove(HeaderName.CONTENT_TYPE);
        } else if (!lines.has(HeaderName.CONTENT_TYPE)) {
            lines.add("content-type", TEXT);
        }
        headers.local(lines, request);
        var sent = request.isMethod("HEAD") ? EMPTY : body;
        client.local(reply.status(), lines, sent);
        return sent.length;
    }
}
