package io.heddle.proxy.grpc;

import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http2.Http2Error;
import io.heddle.proxy.upstream.connect.UpstreamFailure;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.Span;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Reads how a call ended: from the lines that carry a status, from the status of HTTP, from a reset, from a
/// failure before any answer (gRPC over HTTP/2, "Responses" and "Errors"; gRPC's mapping of HTTP statuses).
final class StatusReader {
    private static final HeaderName STATUS = HeaderName.of("grpc-status");
    private static final HeaderName MESSAGE = HeaderName.of("grpc-message");
    private static final int LONGEST_NUMBER = 3;
    private static final int DEEPEST = 20;

    private StatusReader() {}

    /// The status in trailers, or in the head of an answer that has nothing else; empty when there is none.
    static Optional<GrpcStatus> read(HeaderLines lines) {
        long status = find(lines, STATUS);
        if (!Span.isPresent(status)) {
            return Optional.empty();
        }
        long message = find(lines, MESSAGE);
        var text = Span.isPresent(message) ? decoded(lines.bytes(), message) : "";
        return Optional.of(new GrpcStatus(GrpcCode.of(number(lines.bytes(), status)), text));
    }

    /// The number of the status alone; -1 when there is none.
    static int number(HeaderLines lines) {
        long status = find(lines, STATUS);
        return Span.isPresent(status) ? number(lines.bytes(), status) : -1;
    }

    private static long find(HeaderLines lines, HeaderName wanted) {
        for (int i = 0; i < lines.count(); i++) {
            long name = lines.name(i);
            if (wanted.matches(lines.bytes(), Span.start(name), Span.end(name))) {
                return lines.value(i);
            }
        }
        return Span.ABSENT;
    }

    /// The number, or -1 when it is none.
    private static int number(byte[] bytes, long span) {
        if (Span.length(span) == 0 || Span.length(span) > LONGEST_NUMBER) {
            return -1;
        }
        int number = 0;
        for (int i = Span.start(span); i < Span.end(span); i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            number = number * 10 + digit;
        }
        return number;
    }

    /// The message without its percent-encoding; what is not encoded well stays as it is.
    private static String decoded(byte[] bytes, long span) {
        var plain = new ByteArrayOutputStream(Span.length(span));
        int end = Span.end(span);
        for (int i = Span.start(span); i < end; i++) {
            int high = bytes[i] == '%' && i + 2 < end ? Character.digit(bytes[i + 1], 16) : -1;
            int low = high < 0 ? -1 : Character.digit(bytes[i + 2], 16);
            if (low < 0) {
                plain.write(bytes[i]);
            } else {
                plain.write(high << 4 | low);
                i += 2;
            }
        }
        return plain.toString(StandardCharsets.UTF_8);
    }

    /// What the status of HTTP means where no status of gRPC came.
    static GrpcStatus ofHttp(int status) {
        var code = switch (status) {
            case 400 -> GrpcCode.INTERNAL;
            case 401 -> GrpcCode.UNAUTHENTICATED;
            case 403 -> GrpcCode.PERMISSION_DENIED;
            case 404 -> GrpcCode.UNIMPLEMENTED;
            case 429, 502, 503, 504 -> GrpcCode.UNAVAILABLE;
            default -> GrpcCode.UNKNOWN;
        };
        return new GrpcStatus(code, status == 200 ? "the answer has no grpc-status" : "HTTP status " + status);
    }

    /// What a reset of the stream by the server means.
    static GrpcStatus ofReset(Http2Error error) {
        var code = switch (error) {
            case REFUSED_STREAM -> GrpcCode.UNAVAILABLE;
            case CANCEL -> GrpcCode.CANCELLED;
            case ENHANCE_YOUR_CALM -> GrpcCode.RESOURCE_EXHAUSTED;
            case INADEQUATE_SECURITY -> GrpcCode.PERMISSION_DENIED;
            case NO_ERROR,
                    PROTOCOL_ERROR,
                    INTERNAL_ERROR,
                    FLOW_CONTROL_ERROR,
                    SETTINGS_TIMEOUT,
                    STREAM_CLOSED,
                    FRAME_SIZE_ERROR,
                    COMPRESSION_ERROR,
                    CONNECT_ERROR,
                    HTTP_1_1_REQUIRED -> GrpcCode.INTERNAL;
        };
        return new GrpcStatus(code, "the server reset the stream: " + error);
    }

    /// What a failure on the way to the server, or back, means.
    static GrpcStatus ofFailure(UpstreamFailure failure) {
        var code = switch (failure) {
            case CONNECT_FAILED,
                    CONNECT_TIMEOUT,
                    OVERFLOW,
                    RESET_BEFORE_RESPONSE,
                    RESET_IN_RESPONSE,
                    NO_SUCH_NAME,
                    TOO_MANY_NAMES,
                    TOO_MANY_QUESTIONS,
                    REFUSED -> GrpcCode.UNAVAILABLE;
            case STREAM_RESET, STREAM_RESET_IN_RESPONSE, MALFORMED -> GrpcCode.INTERNAL;
        };
        return new GrpcStatus(code, failure.reason());
    }

    /// What it means that no connection could be made: the cause in the end, in one line.
    static GrpcStatus ofCause(Throwable cause) {
        var root = cause;
        // Bounded, because a chain of causes may be a ring.
        for (int depth = 0; depth < DEEPEST && root.getCause() != null; depth++) {
            root = root.getCause();
        }
        var message = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
        return new GrpcStatus(GrpcCode.UNAVAILABLE, message.replaceAll("\\s*\\R\\s*", " "));
    }
}
