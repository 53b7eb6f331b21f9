package io.heddle.proxy.exchange;

import io.heddle.proxy.http.EditedLines;
import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.proxy.loop.Worker;
import io.heddle.traffic.request.HeaderEdit;
import io.heddle.traffic.request.HeaderEdits;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.LocalReply;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// Makes the header lines and the body of an answer that no upstream gave.
final class LocalAnswer {
    /// IMF-fixdate (RFC 9110, section 5.6.7).
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH);
    private static final byte[] EMPTY = {};
    /// Clients of gRPC get its own content type, whatever a body would have.
    private static final HeaderEdit NO_CONTENT_TYPE =
            new HeaderEdit(HeaderEdit.Action.REMOVE, HeaderName.CONTENT_TYPE, "");

    private LocalAnswer() {}

    /// Answers `request` and gives the number of bytes of body that were sent.
    static int write(
            LocalReply reply, HeaderEdits edits, HttpRequestHead request, HopHeaders headers, ClientStream client) {
        var worker = headers.worker();
        boolean grpc = GrpcAnswer.isWanted(request, edits);
        if (grpc && !GrpcAnswer.isTyped(edits)) {
            edits.add(NO_CONTENT_TYPE);
        }
        boolean bodiless = reply.status() < 200 || reply.status() == 204 || reply.status() == 304;
        var body = bodiless ? EMPTY : reply.body().getBytes(StandardCharsets.UTF_8);
        var lines = worker.editedLines().start(HeaderLines.EMPTY, 0, edits);
        if (grpc) {
            date(lines, worker);
            headers.local(lines, request);
            GrpcAnswer.write(reply, edits, lines, request, client);
            return 0;
        }
        if (!bodiless) {
            lines.add("content-length", Integer.toString(body.length));
        }
        if (body.length > 0 && !sets(edits, HeaderName.CONTENT_TYPE)) {
            lines.add("content-type", "text/plain");
        }
        date(lines, worker);
        headers.local(lines, request);
        var sent = request.isMethod("HEAD") ? EMPTY : body;
        client.local(reply.status(), lines, sent);
        return sent.length;
    }

    private static void date(EditedLines lines, Worker worker) {
        lines.add("date", DATE.format(Instant.ofEpochMilli(worker.nowMillis()).atOffset(ZoneOffset.UTC)));
    }

    private static boolean sets(HeaderEdits edits, HeaderName name) {
        for (int i = 0; i < edits.size(); i++) {
            boolean adds = switch (edits.edit(i).action()) {
                case APPEND, ADD_IF_ABSENT, SET -> true;
                case SET_IF_PRESENT, REMOVE -> false;
            };
            if (adds && edits.edit(i).name().equals(name)) {
                return true;
            }
        }
        return false;
    }
}
