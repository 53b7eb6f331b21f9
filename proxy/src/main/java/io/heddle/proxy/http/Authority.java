package io.heddle.proxy.http;

import io.netty.util.NetUtil;
import java.nio.charset.StandardCharsets;

/// Whether octets are a host, with or without a port, as URIs of `http` have it: a name, an IPv4 address or
/// an IPv6 address in brackets (RFC 3986, section 3.2; RFC 9110, section 4.2). A colon may stand without a
/// port behind it. No user, no empty host, no zone of an address.
public final class Authority {
    private static final int LARGEST_PORT = 65_535;
    private static final int LONGEST_ADDRESS = 45;

    private Authority() {}

    /// Whether the octets from `start` to `end` (exclusive) are one.
    public static boolean isValid(byte[] bytes, int start, int end) {
        int stop = endOfHost(bytes, start, end);
        return stop > start && (stop == end || (bytes[stop] == ':' && isPort(bytes, stop + 1, end)));
    }

    /// Whether they are one that says its port, as CONNECT needs it (RFC 9110, section 9.3.6).
    public static boolean hasPort(byte[] bytes, int start, int end) {
        boolean digit = end > start && bytes[end - 1] >= '0' && bytes[end - 1] <= '9';
        int stop = digit ? endOfHost(bytes, start, end) : start;
        return stop > start && stop + 1 < end && bytes[stop] == ':' && isPort(bytes, stop + 1, end);
    }

    /// Where the host ends; `start` for none.
    private static int endOfHost(byte[] bytes, int start, int end) {
        if (start < end && bytes[start] == '[') {
            return endOfLiteral(bytes, start, end);
        }
        int at = start;
        while (at < end && Octets.isHost(bytes[at])) {
            if (bytes[at] == '%' && !(at + 2 < end && isHex(bytes[at + 1]) && isHex(bytes[at + 2]))) {
                return start;
            }
            at++;
        }
        return at;
    }

    private static int endOfLiteral(byte[] bytes, int start, int end) {
        int close = start + 1;
        while (close < end && (isHex(bytes[close]) || bytes[close] == ':' || bytes[close] == '.')) {
            close++;
        }
        int size = close - start - 1;
        if (close == end || bytes[close] != ']' || size > LONGEST_ADDRESS) {
            return start;
        }
        var address = new String(bytes, start + 1, size, StandardCharsets.ISO_8859_1);
        return NetUtil.isValidIpV6Address(address) ? close + 1 : start;
    }

    private static boolean isPort(byte[] bytes, int start, int end) {
        int port = 0;
        for (int at = start; at < end; at++) {
            int digit = bytes[at] - '0';
            if (digit < 0 || digit > 9) {
                return false;
            }
            port = port * 10 + digit;
            if (port > LARGEST_PORT) {
                return false;
            }
        }
        return true;
    }

    private static boolean isHex(byte octet) {
        return Character.digit(octet, 16) >= 0;
    }
}
