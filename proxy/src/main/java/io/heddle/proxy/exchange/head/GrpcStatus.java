package io.heddle.proxy.exchange.head;

import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.LineKind;
import io.heddle.traffic.request.Span;

/// Reads `grpc-status`.
public final class GrpcStatus {
    private GrpcStatus() {}

    /// The one that these lines say; `otherwise` when they say none.
    public static int in(HeaderLines lines, int otherwise) {
        long span = lines.first(LineKind.GRPC_STATUS);
        return Span.isPresent(span) ? read(lines.bytes(), span) : otherwise;
    }

    /// That of a head or of trailers; -1 without.
    public static int of(HeaderLines lines) {
        return in(lines, -1);
    }

    /// The number, or -1 when it is none.
    static int read(byte[] bytes, long span) {
        if (Span.length(span) == 0 || Span.length(span) > 3) {
            return -1;
        }
        int value = 0;
        for (int i = Span.start(span); i < Span.end(span); i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return value;
    }
}
