package io.heddle.proxy.http2.field;

import io.heddle.proxy.http.HeadResult;
import io.heddle.proxy.http.LineKind;
import io.heddle.proxy.http.Octets;
import io.heddle.proxy.http2.hpack.FieldKind;
import io.heddle.traffic.request.Span;

/// What holds for every field that is no pseudo-header field (RFC 9113, section 8.2).
final class FieldRules {
    private static final int FORBIDDEN = LineKind.bit(LineKind.CONNECTION)
            | LineKind.bit(LineKind.TRANSFER_ENCODING)
            | LineKind.bit(LineKind.UPGRADE);

    private FieldRules() {}

    /// [HeadResult#MORE] when the field may stand; octets of its value are checked where it is added.
    static HeadResult check(int kind, byte[] nameBytes, long name, byte[] valueBytes, long value) {
        if (kind == FieldKind.INVALID) {
            return HeadResult.NAME_INVALID;
        }
        if (((FORBIDDEN >>> kind) & 1) != 0) {
            return HeadResult.CONNECTION_FIELD;
        }
        int start = Span.start(value);
        int end = Span.end(value);
        if (start < end && (isBlank(valueBytes[start]) || isBlank(valueBytes[end - 1]))) {
            return HeadResult.VALUE_INVALID;
        }
        if (kind == LineKind.TE) {
            return Octets.equalsIgnoreCase(valueBytes, start, end, "trailers")
                    ? HeadResult.MORE
                    : HeadResult.CONNECTION_FIELD;
        }
        boolean credentials = kind == LineKind.HOP_BY_HOP
                && Octets.equalsIgnoreCase(nameBytes, Span.start(name), Span.end(name), "proxy-authorization");
        return kind != LineKind.HOP_BY_HOP || credentials ? HeadResult.MORE : HeadResult.CONNECTION_FIELD;
    }

    private static boolean isBlank(byte octet) {
        return octet == ' ' || octet == '\t';
    }

    static boolean isCookie(int kind, byte[] nameBytes, long name) {
        return kind == LineKind.OTHER
                && Span.length(name) == 6
                && nameBytes[Span.start(name)] == 'c'
                && Octets.equalsIgnoreCase(nameBytes, Span.start(name), Span.end(name), "cookie");
    }
}
