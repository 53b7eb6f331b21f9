package io.heddle.proxy.http;

/// Makes a path plain, in place, so that policies and the application see the same one (RFC 3986, section 6; Envoy's
/// `normalize_path` and `merge_slashes`). The result is never longer.
///
/// Escaped unreserved octets are decoded, backslashes become slashes, dot segments are resolved, and `..`
/// at the root stays at the root. A segment with a parameter, `..;x`, is the dot segment it begins with, as
/// servers that cut parameters off first take it for one. Escaped slashes stay escaped unless
/// [#unescapeSlashes] is asked for, as in Envoy by default.
final class PathNormalizer {
    private static final int NO_DOTS = 0;

    private PathNormalizer() {}

    /// Whether the path, without its query, has anything to be looked at.
    static boolean isSuspect(byte[] bytes, int start, int end) {
        for (int i = start; i < end; i++) {
            int octet = bytes[i];
            boolean segment = octet == '/' && i + 1 < end && (bytes[i + 1] == '/' || bytes[i + 1] == '.');
            if (segment || octet == '%' || octet == '\\') {
                return true;
            }
        }
        return false;
    }

    /// Whether there is an escaped slash or backslash.
    static boolean hasEscapedSlashes(byte[] bytes, int start, int end) {
        for (int i = start; i + 2 < end; i++) {
            if (bytes[i] == '%' && escaped(bytes, i) != 0) {
                return true;
            }
        }
        return false;
    }

    /// Makes escaped slashes and backslashes plain and gives the new end.
    static int unescapeSlashes(byte[] bytes, int start, int end) {
        int out = start;
        for (int at = start; at < end; at++) {
            byte octet = bytes[at];
            byte plain = octet == '%' && at + 2 < end ? escaped(bytes, at) : 0;
            if (plain != 0) {
                octet = plain;
                at += 2;
            }
            bytes[out++] = octet;
        }
        return out;
    }

    /// The slash or backslash that is escaped at `at`; 0 for something else.
    private static byte escaped(byte[] bytes, int at) {
        byte low = (byte) (bytes[at + 2] | 0x20);
        if (bytes[at + 1] == '2' && low == 'f') {
            return '/';
        }
        return bytes[at + 1] == '5' && low == 'c' ? (byte) '\\' : 0;
    }

    /// Normalizes `start` to `end` (exclusive) and gives the new end.
    /// Dot segments come before slashes in a row: in `/a//../b` the `..` takes the empty segment away.
    static int normalize(byte[] bytes, int start, int end, boolean dots, boolean mergeSlashes) {
        if (dots && mergeSlashes) {
            return pass(bytes, start, pass(bytes, start, end, true, false), false, true);
        }
        return pass(bytes, start, end, dots, mergeSlashes);
    }

    private static int pass(byte[] bytes, int start, int end, boolean dots, boolean mergeSlashes) {
        int decoded = dots ? decode(bytes, start, end) : end;
        int out = start;
        int at = start;
        while (at < decoded) {
            int next = at + 1;
            while (next < decoded && bytes[next] != '/') {
                next++;
            }
            boolean last = next == decoded;
            int size = next - at - 1;
            int leading = dots ? dots(bytes, at + 1, next) : NO_DOTS;
            if (leading == 1) {
                out = last ? slash(bytes, out) : out;
            } else if (leading == 2) {
                out = parent(bytes, start, out);
                out = last ? slash(bytes, out) : out;
            } else if (size > 0 || last || !mergeSlashes) {
                System.arraycopy(bytes, at, bytes, out, next - at);
                out += next - at;
            }
            at = next;
        }
        return out == start ? slash(bytes, out) : out;
    }

    /// How many dots the segment from `at` to `end` (exclusive) is, its parameters left aside.
    private static int dots(byte[] bytes, int at, int end) {
        int after = at;
        while (after < end && bytes[after] == '.') {
            after++;
        }
        return after == end || bytes[after] == ';' ? after - at : NO_DOTS;
    }

    /// Whether there is an escaped NUL, at which some applications end a path.
    static boolean hasNull(byte[] bytes, int start, int end) {
        for (int i = start; i + 2 < end; i++) {
            if (bytes[i] == '%' && bytes[i + 1] == '0' && bytes[i + 2] == '0') {
                return true;
            }
        }
        return false;
    }

    private static int slash(byte[] bytes, int out) {
        bytes[out] = '/';
        return out + 1;
    }

    private static int parent(byte[] bytes, int start, int out) {
        int at = out;
        while (at > start && bytes[at - 1] != '/') {
            at--;
        }
        return Math.max(start, at - 1);
    }

    private static int decode(byte[] bytes, int start, int end) {
        int out = start;
        for (int at = start; at < end; at++) {
            int octet = bytes[at];
            if (octet == '\\') {
                octet = '/';
            } else if (octet == '%' && at + 2 < end) {
                int value = (Character.digit(bytes[at + 1], 16) << 4) | Character.digit(bytes[at + 2], 16);
                if (value > 0 && isUnreserved(value)) {
                    octet = value;
                    at += 2;
                }
            }
            bytes[out++] = (byte) octet;
        }
        return out;
    }

    private static boolean isUnreserved(int octet) {
        return (octet >= 'a' && octet <= 'z')
                || (octet >= 'A' && octet <= 'Z')
                || (octet >= '0' && octet <= '9')
                || octet == '-'
                || octet == '.'
                || octet == '_'
                || octet == '~';
    }
}
