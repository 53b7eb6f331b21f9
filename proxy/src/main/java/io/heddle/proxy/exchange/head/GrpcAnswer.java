package io.heddle.proxy.exchange.head;

import io.heddle.proxy.http.EditedLines;
import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.proxy.http.HttpVersion;
import io.heddle.proxy.http.Octets;
import io.heddle.traffic.grpc.GrpcFailure;
import io.heddle.traffic.request.HeaderEdits;
import io.heddle.traffic.request.HeaderFields;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.traffic.request.Span;
import java.nio.charset.StandardCharsets;

/// Answers made here to gRPC requests: a client of gRPC looks for `grpc-status`, not for the HTTP status, and for
/// both in one head (the "Trailers-Only" answer of gRPC over HTTP/2; Envoy's `grpc` local replies).
public final class GrpcAnswer {
    /// The HTTP status of every answer to gRPC.
    public static final int HTTP_STATUS = 200;

    private static final int DEADLINE_EXCEEDED = 4;

    private GrpcAnswer() {}

    /// Whether a request is one of gRPC: its content type is `application/grpc`, or begins so with `+` or `;` after
    /// it.
    public static boolean isWanted(HttpRequestHead request) {
        var bytes = request.bytes();
        for (int i = 0; i < request.headerCount(); i++) {
            long name = request.headerName(i);
            if (HeaderName.CONTENT_TYPE.matches(bytes, Span.start(name), Span.end(name))) {
                return isGrpc(bytes, request.headerValue(i));
            }
        }
        return false;
    }

    /// Whether a request goes to its host as one of gRPC: as it came, or as its filters have made it with
    /// `edits`, which make one of gRPC-Web one of gRPC.
    public static boolean isSent(HttpRequestHead request, HeaderEdits edits) {
        return edits.size() == 0 ? isWanted(request) : isGrpc(edits.value(request, HeaderName.CONTENT_TYPE));
    }

    /// Whether an answer made here is one of gRPC: for what asked, or because `edits` give it a content type of gRPC.
    public static boolean isWanted(HttpRequestHead request, HeaderEdits edits) {
        return isWanted(request) || isTyped(edits);
    }

    /// Whether `edits` give an answer a content type of gRPC.
    static boolean isTyped(HeaderEdits edits) {
        return edits.value(HeaderFields.NONE, HeaderName.CONTENT_TYPE).startsWith("application/grpc");
    }

    private static boolean isGrpc(String type) {
        var bytes = type.getBytes(StandardCharsets.ISO_8859_1);
        return isGrpc(bytes, Span.of(0, bytes.length));
    }

    private static boolean isGrpc(byte[] bytes, long value) {
        int start = Span.start(value);
        int end = Span.end(value);
        int after = start + "application/grpc".length();
        return Octets.startsWithIgnoreCase(bytes, start, end, "application/grpc")
                && (after == end || bytes[after] == '+' || bytes[after] == ';' || bytes[after] == ' ');
    }

    /// The `grpc-status` of a reply, its own, else by gRPC's mapping of HTTP statuses; a timeout of ours is
    /// `DEADLINE_EXCEEDED`.
    public static int status(LocalReply reply) {
        if (reply.grpcStatus() >= 0) {
            return reply.grpcStatus();
        }
        if (reply.flag() == ResponseFlag.UPSTREAM_REQUEST_TIMEOUT || reply.flag() == ResponseFlag.DURATION_TIMEOUT) {
            return DEADLINE_EXCEEDED;
        }
        return GrpcFailure.status(reply.status());
    }

    /// Adds to `lines` what gRPC expects of a reply: no body, its text as `grpc-message`. It goes with [#HTTP_STATUS].
    public static void add(LocalReply reply, HeaderEdits edits, EditedLines lines, HttpRequestHead request) {
        boolean typed = isTyped(edits);
        if (request.version() != HttpVersion.HTTP_2) {
            lines.add("content-length", "0");
        }
        if (!typed) {
            lines.remove(HeaderName.CONTENT_TYPE);
            lines.add("content-type", "application/grpc");
        }
        lines.add("grpc-status", Integer.toString(status(reply)));
        if (!reply.body().isEmpty()) {
            lines.add("grpc-message", GrpcFailure.message(reply.body().strip().getBytes(StandardCharsets.UTF_8)));
        }
    }
}
