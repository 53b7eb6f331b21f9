package io.heddle.proxy.upstream.name;

import io.netty.util.NetUtil;
import java.util.Locale;
import java.util.Optional;

/// A host and its port as a request names them, in one spelling.
///
/// @param host a DNS name in lower case, or an IP address without brackets
/// @param port 1 to 65,535
record HostName(String host, int port) {
    private static final int LONGEST = 253;
    private static final int LARGEST_PORT = 65_535;

    /// Reads an authority (RFC 3986, section 3.2) without user information; empty when it names no host.
    ///
    /// @param standard the port where it has none
    static Optional<HostName> read(String authority, int standard) {
        int colon = authority.lastIndexOf(':');
        boolean six = authority.startsWith("[");
        boolean ported = six ? colon == authority.indexOf(']') + 1 : colon >= 0;
        var host = ported ? authority.substring(0, colon) : authority;
        int port = ported ? port(authority.substring(colon + 1)) : standard;
        if (port <= 0) {
            return Optional.empty();
        }
        if (six) {
            return host.endsWith("]") && NetUtil.isValidIpV6Address(host) && host.indexOf('%') < 0
                    ? Optional.of(
                            new HostName(host.substring(1, host.length() - 1).toLowerCase(Locale.ROOT), port))
                    : Optional.empty();
        }
        return isName(host) ? Optional.of(new HostName(host.toLowerCase(Locale.ROOT), port)) : Optional.empty();
    }

    private static int port(String text) {
        if (text.isEmpty() || text.length() > 5 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return 0;
        }
        int port = Integer.parseInt(text);
        return port <= LARGEST_PORT ? port : 0;
    }

    private static boolean isName(String host) {
        return !host.isEmpty()
                && host.length() <= LONGEST
                && host.chars()
                        .allMatch(c -> (c >= 'a' && c <= 'z')
                                || (c >= 'A' && c <= 'Z')
                                || (c >= '0' && c <= '9')
                                || c == '-'
                                || c == '_'
                                || c == '.');
    }

    boolean isAddress() {
        return NetUtil.createByteArrayFromIpAddressString(host) != null;
    }

    /// As SNI and certificates write it: without a dot at the end.
    String certified() {
        return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    }
}
