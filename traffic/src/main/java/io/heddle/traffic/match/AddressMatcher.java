package io.heddle.traffic.match;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.Optional;

/// Fits IP addresses in a range of CIDR notation (RFC 4632, RFC 4291), as Envoy's `core.v3.CidrRange`. An IPv4 address
/// written as IPv6 (`::ffff:a.b.c.d`) counts as IPv4.
public final class AddressMatcher {
    private final byte[] network;
    private final int prefixLength;

    private AddressMatcher(byte[] network, int prefixLength) {
        this.network = network;
        this.prefixLength = prefixLength;
    }

    /// The range of `prefixLength` bits from `address`, an IP address and no host name; empty when they are no range.
    public static Optional<AddressMatcher> of(String address, int prefixLength) {
        if (!looksLikeAddress(address)) {
            return Optional.empty();
        }
        byte[] network;
        try {
            network = InetAddress.ofLiteral(address).getAddress();
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
        if (prefixLength < 0 || prefixLength > network.length * 8) {
            return Optional.empty();
        }
        return Optional.of(new AddressMatcher(network, prefixLength));
    }

    /// Reads `10.0.0.0/8`, `2001:db8::/32` or a single address; empty when it is none of them.
    public static Optional<AddressMatcher> parse(String cidr) {
        int slash = cidr.indexOf('/');
        if (slash < 0) {
            return of(cidr, cidr.indexOf(':') < 0 ? 32 : 128);
        }
        try {
            return of(cidr.substring(0, slash), Integer.parseInt(cidr.substring(slash + 1)));
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }

    /// Whether a text is one IP address, in dots or with colons, and no range and no host name. An IPv6 address
    /// may have a zone.
    public static boolean isAddress(String text) {
        int zone = text.indexOf(':') < 0 ? -1 : text.indexOf('%');
        var address = zone < 0 ? text : text.substring(0, zone);
        return address.indexOf('[') < 0 && of(address, 0).isPresent();
    }

    private static boolean looksLikeAddress(String text) {
        return !text.isEmpty()
                && text.indexOf('%') < 0
                && (text.indexOf(':') >= 0 || text.split("\\.", -1).length == 4);
    }

    /// The first address, bits beyond the prefix as they were written.
    byte[] network() {
        return network.clone();
    }

    /// How many leading bits count.
    int prefixLength() {
        return prefixLength;
    }

    /// The same range with the bits beyond the prefix zero, so that two ways to write a range are equal.
    public AddressMatcher canonical() {
        byte[] octets = network.clone();
        for (int bit = prefixLength; bit < octets.length * 8; bit++) {
            octets[bit / 8] &= (byte) ~(0x80 >> (bit % 8));
        }
        return new AddressMatcher(octets, prefixLength);
    }

    /// Whether `address` lies in the range.
    public boolean matches(InetAddress address) {
        byte[] octets = address.getAddress();
        int offset = isMapped(octets) && network.length == 4 ? 12 : 0;
        if (octets.length - offset != network.length) {
            return false;
        }
        int whole = prefixLength / 8;
        for (int i = 0; i < whole; i++) {
            if (octets[offset + i] != network[i]) {
                return false;
            }
        }
        int rest = prefixLength % 8;
        return rest == 0 || ((octets[offset + whole] ^ network[whole]) & (0xff << (8 - rest)) & 0xff) == 0;
    }

    static boolean isMapped(byte[] octets) {
        if (octets.length != 16 || octets[10] != (byte) 0xff || octets[11] != (byte) 0xff) {
            return false;
        }
        for (int i = 0; i < 10; i++) {
            if (octets[i] != 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AddressMatcher matcher
                && prefixLength == matcher.prefixLength
                && Arrays.equals(network, matcher.network);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(network) + prefixLength;
    }

    @Override
    public String toString() {
        try {
            return AddressText.of(InetAddress.getByAddress(network)) + "/" + prefixLength;
        } catch (java.net.UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
