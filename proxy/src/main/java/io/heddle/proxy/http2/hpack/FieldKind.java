package io.heddle.proxy.http2.hpack;

import io.heddle.proxy.http.LineKind;
import io.heddle.proxy.http.Octets;

/// Which field a name is, as HTTP/2 cares: a pseudo-header field, a name that none may have, or one of [LineKind].
public final class FieldKind {
    /// Not a token, or with upper-case letters (RFC 9113, section 8.2.1).
    public static final int INVALID = -1;

    /// A name that begins with a colon and is none of the known.
    public static final int UNKNOWN_PSEUDO = 32;

    /// `:method`.
    public static final int METHOD = 33;
    /// `:scheme`.
    public static final int SCHEME = 34;
    /// `:authority`.
    public static final int AUTHORITY = 35;
    /// `:path`.
    public static final int PATH = 36;
    /// `:protocol` (RFC 8441).
    public static final int PROTOCOL = 37;
    /// `:status`, of responses only.
    public static final int STATUS = 38;

    private FieldKind() {}

    /// Whether the kind is that of a pseudo-header field, known or not.
    public static boolean isPseudo(int kind) {
        return kind >= UNKNOWN_PSEUDO;
    }

    /// The kind of the name at `start` to `end` (exclusive).
    static int of(byte[] bytes, int start, int end) {
        if (start == end) {
            return INVALID;
        }
        if (bytes[start] == ':') {
            return pseudo(bytes, start, end);
        }
        for (int i = start; i < end; i++) {
            byte octet = bytes[i];
            if (!Octets.isToken(octet) || (octet >= 'A' && octet <= 'Z')) {
                return INVALID;
            }
        }
        return LineKind.of(bytes, start, end);
    }

    private static int pseudo(byte[] bytes, int start, int end) {
        return switch (end - start) {
            case 5 -> is(bytes, start, end, ":path", PATH);
            case 7 -> {
                int found = is(bytes, start, end, ":method", METHOD);
                found = found != UNKNOWN_PSEUDO ? found : is(bytes, start, end, ":scheme", SCHEME);
                yield found != UNKNOWN_PSEUDO ? found : is(bytes, start, end, ":status", STATUS);
            }
            case 9 -> is(bytes, start, end, ":protocol", PROTOCOL);
            case 10 -> is(bytes, start, end, ":authority", AUTHORITY);
            default -> UNKNOWN_PSEUDO;
        };
    }

    private static int is(byte[] bytes, int start, int end, String name, int kind) {
        for (int i = 0; i < end - start; i++) {
            if (bytes[start + i] != name.charAt(i)) {
                return UNKNOWN_PSEUDO;
            }
        }
        return kind;
    }
}
