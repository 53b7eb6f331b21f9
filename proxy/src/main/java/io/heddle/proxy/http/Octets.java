package io.heddle.proxy.http;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Which octets may stand where (RFC 9110, section 5.6.2; RFC 3986).
public final class Octets {
    public static final int CR = '\r';
    public static final int LF = '\n';

    private static final int TOKEN = 1;
    private static final int TARGET = 2;
    private static final int VALUE = 4;
    private static final int HOST = 8;
    private static final byte[] CLASSES = classes();
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;

    private Octets() {}

    private static byte[] classes() {
        var classes = new byte[256];
        for (int octet = 0; octet < 256; octet++) {
            boolean letter = (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z');
            boolean digit = octet >= '0' && octet <= '9';
            int found = 0;
            if (letter || digit || (octet < 128 && "!#$%&'*+-.^_`|~".indexOf(octet) >= 0)) {
                found |= TOKEN;
            }
            if (letter || digit || (octet < 128 && "-._~%!$&'()*+,;=".indexOf(octet) >= 0)) {
                found |= HOST;
            }
            if (octet > 0x20 && octet < 0x7f && octet != '#') {
                found |= TARGET;
            }
            if (octet == '\t' || (octet >= 0x20 && octet != 0x7f)) {
                found |= VALUE;
            }
            classes[octet] = (byte) found;
        }
        return classes;
    }

    /// Whether the octet may stand in a method or a header name.
    public static boolean isToken(byte octet) {
        return (CLASSES[octet & 0xff] & TOKEN) != 0;
    }

    /// Whether the octet may stand in a request target.
    public static boolean isTarget(byte octet) {
        return (CLASSES[octet & 0xff] & TARGET) != 0;
    }

    /// Whether the octet may stand in a header value.
    public static boolean isValue(byte octet) {
        return (CLASSES[octet & 0xff] & VALUE) != 0;
    }

    /// Whether the octet may stand in a host's name.
    static boolean isHost(byte octet) {
        return (CLASSES[octet & 0xff] & HOST) != 0;
    }

    /// The index of the first octet that may not stand in a value, or `limit`. Eight octets at a time where it can.
    public static int endOfValue(byte[] bytes, int start, int limit) {
        int i = start;
        while (true) {
            while (i + 8 <= limit && !hasControl((long) LONGS.get(bytes, i))) {
                i += 8;
            }
            int stop = Math.min(i + 8, limit);
            while (i < stop && isValue(bytes[i])) {
                i++;
            }
            if (i < stop || i == limit) {
                return i;
            }
        }
    }

    /// Whether one of eight octets is below 0x20 or 0x7f. It may say yes too often (a tab, the neighbour of a control
    /// octet), never no too often.
    private static boolean hasControl(long eight) {
        long below = (eight - ONES * 0x20) & ~eight & HIGHS;
        long delete = eight ^ (ONES * 0x7f);
        return (below | ((delete - ONES) & ~delete & HIGHS)) != 0;
    }

    /// `c` as one octet of a header value: a control character becomes a space, what is above U+00FF a question mark.
    public static byte safe(char c) {
        if (c > 0xff) {
            return '?';
        }
        return (byte) ((c < 0x20 && c != '\t') || c == 0x7f ? ' ' : c);
    }

    /// Where the first octet from `from` on is that is no blank, or `to`.
    public static int skipBlanks(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && (bytes[at] == ' ' || bytes[at] == '\t')) {
            at++;
        }
        return at;
    }

    /// Where the bytes up to `to` end without blanks, not before `from`.
    public static int trimBlanks(byte[] bytes, int from, int to) {
        int at = to;
        while (at > from && (bytes[at - 1] == ' ' || bytes[at - 1] == '\t')) {
            at--;
        }
        return at;
    }

    /// The octet in lower case.
    public static int lower(byte octet) {
        return octet >= 'A' && octet <= 'Z' ? octet | 0x20 : octet;
    }

    /// Whether the octets are `lowerCase` without regard to case.
    public static boolean equalsIgnoreCase(byte[] bytes, int start, int end, String lowerCase) {
        if (end - start != lowerCase.length()) {
            return false;
        }
        for (int i = 0; i < lowerCase.length(); i++) {
            if (lower(bytes[start + i]) != lowerCase.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /// Whether the octets begin with `lowerCase` without regard to case.
    public static boolean startsWithIgnoreCase(byte[] bytes, int start, int end, String lowerCase) {
        return end - start >= lowerCase.length()
                && equalsIgnoreCase(bytes, start, start + lowerCase.length(), lowerCase);
    }
}
