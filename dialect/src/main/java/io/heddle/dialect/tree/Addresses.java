package io.heddle.dialect.tree;

import java.util.regex.Pattern;

/// Checks IP addresses and CIDR ranges by their text; never asks a resolver.
public final class Addresses {
    private static final Pattern V4 = Pattern.compile("((25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(\\.(?!$)|$)){4}");
    private static final Pattern GROUP = Pattern.compile("[0-9a-fA-F]{1,4}");

    private Addresses() {}

    /// Whether `text` is an IPv4 or IPv6 address (RFC 4291 section 2.2).
    public static boolean isAddress(String text) {
        return V4.matcher(text).matches() || isV6(text);
    }

    /// Whether `text` is an address, or a range such as `10.0.0.0/8`.
    public static boolean isBlock(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            return isAddress(text);
        }
        var address = text.substring(0, slash);
        var length = text.substring(slash + 1);
        if (!isAddress(address) || !length.matches("0|[1-9][0-9]{0,2}")) {
            return false;
        }
        return Integer.parseInt(length) <= (V4.matcher(address).matches() ? 32 : 128);
    }

    private static boolean isV6(String text) {
        int gap = text.indexOf("::");
        if (gap < 0) {
            return groups(text) == 8;
        }
        if (text.indexOf("::", gap + 1) >= 0) {
            return false;
        }
        int before = groups(text.substring(0, gap));
        int after = groups(text.substring(gap + 2));
        return before >= 0 && after >= 0 && before + after <= 7;
    }

    /// How many groups of 16 bits `text` holds, an IPv4 tail counting as two; -1 when it is malformed.
    private static int groups(String text) {
        if (text.isEmpty()) {
            return 0;
        }
        var parts = text.split(":", -1);
        for (int i = 0; i < parts.length; i++) {
            boolean tail = i == parts.length - 1 && V4.matcher(parts[i]).matches();
            if (tail) {
                return parts.length + 1;
            }
            if (!GROUP.matcher(parts[i]).matches()) {
                return -1;
            }
        }
        return parts.length;
    }
}
