package io.heddle.cli.rules;

import java.net.Inet6Address;
import java.net.InetAddress;

/// A network in CIDR notation, for example `10.0.0.0/8` or `fd00::/8`; an address alone is a network of one.
///
/// @param text the network with its prefix length
public record Cidr(String text) {
    /// Completes and checks the notation.
    ///
    /// @throws IllegalArgumentException when it is no network
    public Cidr {
        int slash = text.indexOf('/');
        var address = literal(slash < 0 ? text : text.substring(0, slash));
        int bits = address.getAddress().length * Byte.SIZE;
        int prefix = slash < 0 ? bits : number(text.substring(slash + 1), text);
        if (prefix > bits) {
            throw new IllegalArgumentException("'" + text + "' has a prefix longer than " + bits);
        }
        text = (slash < 0 ? text : text.substring(0, slash)) + "/" + prefix;
    }

    /// The protocol version it is of.
    public Family family() {
        return text.indexOf(':') >= 0 ? Family.IPV6 : Family.IPV4;
    }

    private static InetAddress literal(String address) {
        try {
            var parsed = InetAddress.ofLiteral(address);
            boolean scoped = address.indexOf('%') >= 0;
            boolean quad = address.matches("([0-9]{1,3}\\.){3}[0-9]{1,3}");
            if (scoped || (!quad && !(parsed instanceof Inet6Address))) {
                throw new IllegalArgumentException();
            }
            return parsed;
        } catch (IllegalArgumentException _) {
            throw new IllegalArgumentException("'" + address + "' is not an IP address");
        }
    }

    private static int number(String text, String whole) {
        if (!text.matches("[0-9]{1,3}")) {
            throw new IllegalArgumentException("'" + whole + "' has no prefix length after '/'");
        }
        return Integer.parseInt(text);
    }
}
