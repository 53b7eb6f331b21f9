package io.heddle.traffic.match;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/// Values by address range: the longest range that holds an address decides. Looking one up costs one hash lookup for
/// each prefix length in use, however many ranges there are. Immutable.
///
/// An IPv4 address written as IPv6 (`::ffff:a.b.c.d`) counts as IPv4.
public final class PrefixMap<T> {
    private final List<Level<T>> ipv4;
    private final List<Level<T>> ipv6;

    private PrefixMap(List<Level<T>> ipv4, List<Level<T>> ipv6) {
        this.ipv4 = ipv4;
        this.ipv6 = ipv6;
    }

    /// The values of one prefix length.
    private record Level<T>(int bits, Map<Network, T> values) {}

    /// The leading bits of an address, the others zero.
    private record Network(long high, long low) {
        static Network of(byte[] octets, int offset, int bits) {
            if (octets.length - offset == 4) {
                return new Network(mask(number(octets, offset, 4) << 32, bits), 0);
            }
            return new Network(
                    mask(number(octets, offset, 8), Math.min(bits, 64)),
                    mask(number(octets, offset + 8, 8), Math.max(bits - 64, 0)));
        }

        private static long number(byte[] octets, int from, int length) {
            long number = 0;
            for (int i = from; i < from + length; i++) {
                number = number << 8 | (octets[i] & 0xff);
            }
            return number;
        }

        private static long mask(long number, int bits) {
            return bits == 0 ? 0 : number & (-1L << (64 - bits));
        }
    }

    /// The map of `values`. Of two ranges that are the same but for bits outside of their prefixes, either stays.
    public static <T> PrefixMap<T> of(Map<AddressMatcher, T> values) {
        var ipv4 = new TreeMap<Integer, Map<Network, T>>();
        var ipv6 = new TreeMap<Integer, Map<Network, T>>();
        values.forEach((range, value) -> {
            var octets = range.network();
            var levels = octets.length == 4 ? ipv4 : ipv6;
            levels.computeIfAbsent(range.prefixLength(), _ -> new HashMap<>())
                    .put(Network.of(octets, 0, range.prefixLength()), value);
        });
        return new PrefixMap<>(levels(ipv4), levels(ipv6));
    }

    private static <T> List<Level<T>> levels(NavigableMap<Integer, Map<Network, T>> byBits) {
        return byBits.descendingMap().entrySet().stream()
                .map(entry -> new Level<>(entry.getKey(), Map.copyOf(entry.getValue())))
                .toList();
    }

    /// The value of the longest range that holds `address`, or `otherwise`.
    public T find(InetAddress address, T otherwise) {
        byte[] octets = address.getAddress();
        int offset = AddressMatcher.isMapped(octets) ? 12 : 0;
        for (var level : octets.length - offset == 4 ? ipv4 : ipv6) {
            var found = level.values().get(Network.of(octets, offset, level.bits()));
            if (found != null) {
                return found;
            }
        }
        return otherwise;
    }
}
