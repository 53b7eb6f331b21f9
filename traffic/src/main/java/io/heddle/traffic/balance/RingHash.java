package io.heddle.traffic.balance;

import io.heddle.traffic.balance.BalancerPolicy.HashFunction;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.hash.MurmurHash2;
import io.heddle.traffic.hash.XxHash64;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// A ring of hashes (ketama): each host stands on it as often as its weight asks, a request belongs to the host that
/// stands next after its own hash. When a host comes or goes, only the requests next to its places move.
///
/// Entries are the hashes of `<hash key>_0`, `<hash key>_1` and so on, as many as Envoy makes, so that both find the
/// same host for a hash. A later draw of the same pick goes on along the ring to the next other host, as if
/// the first one were not on it.
///
/// Hashes are spread evenly, so the first bits of one say nearly where it stands: a third array has the first entry
/// for each value of those bits, one for every one or two entries, and from there on a few entries are looked at. Where
/// many have the same first bits, binary search goes on between them. 14 to 16 bytes an entry.
final class RingHash implements Algorithm {
    private final long[] places;
    private final int[] hosts;
    private final int[] starts;
    private final int shift;

    RingHash(List<Host> hosts, BalancerPolicy.RingHash policy, HashWeights weights) {
        double smallest = weights.smallest();
        double scale = Math.min(Math.ceil(smallest * policy.minimumSize()) / smallest, (double) policy.maximumSize());
        int size = 0;
        var counts = new int[hosts.size()];
        double wanted = 0;
        for (int i = 0; i < counts.length; i++) {
            wanted += scale * weights.shares()[i];
            counts[i] = (int) Math.max(0, Math.ceil(wanted) - size);
            size += counts[i];
        }
        this.places = new long[size];
        this.hosts = new int[size];
        int at = 0;
        for (int i = 0; i < counts.length; i++) {
            var key = hosts.get(i).endpoint().hashKey(policy.keys().byHostname()) + "_";
            for (int j = 0; j < counts[i]; j++) {
                places[at] = hash(policy.function(), key + j);
                this.hosts[at++] = i;
            }
        }
        sort(places, this.hosts);
        int bits = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(Math.max(2, size));
        this.shift = Long.SIZE - bits;
        this.starts = starts(places, bits);
    }

    /// For each value of the first bits of a hash, the first entry that is not below it; one more for the end.
    private static int[] starts(long[] places, int bits) {
        int shift = Long.SIZE - bits;
        var starts = new int[(1 << bits) + 1];
        int at = 0;
        for (int i = 0; i < 1 << bits; i++) {
            while (at < places.length && places[at] >>> shift < i) {
                at++;
            }
            starts[i] = at;
        }
        starts[1 << bits] = places.length;
        return starts;
    }

    private static long hash(HashFunction function, String key) {
        return switch (function) {
            case XX_HASH -> XxHash64.hash(key, 0);
            case MURMUR_HASH_2 -> MurmurHash2.hash(key.getBytes(StandardCharsets.UTF_8));
        };
    }

    @Override
    public int draw(PickRequest request, int turn) {
        int at = first(request.isHashed() ? request.hash() : request.chance());
        for (int i = 0; i < turn; i++) {
            at = nextOther(at);
        }
        return hosts[at];
    }

    private int nextOther(int from) {
        int at = from;
        for (int i = 0; i < hosts.length; i++) {
            at = at + 1 == hosts.length ? 0 : at + 1;
            if (hosts[at] != hosts[from]) {
                return at;
            }
        }
        return from;
    }

    /// The first entry that is not below `hash`, or the first of all.
    private int first(long hash) {
        int bucket = (int) (hash >>> shift);
        int low = starts[bucket];
        int high = starts[bucket + 1];
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Long.compareUnsigned(places[middle], hash) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low == places.length ? 0 : low;
    }

    /// How many entries the ring has.
    int size() {
        return places.length;
    }

    /// Sorts both arrays by the first, without a sign: a radix sort of eight passes, stable, in linear time.
    private static void sort(long[] keys, int[] values) {
        var fromKeys = keys;
        var fromValues = values;
        var toKeys = new long[keys.length];
        var toValues = new int[keys.length];
        for (int shift = 0; shift < Long.SIZE; shift += 8) {
            var starts = new int[257];
            for (long key : fromKeys) {
                starts[(int) (key >>> shift & 0xff) + 1]++;
            }
            for (int i = 0; i < 256; i++) {
                starts[i + 1] += starts[i];
            }
            for (int i = 0; i < fromKeys.length; i++) {
                int to = starts[(int) (fromKeys[i] >>> shift & 0xff)]++;
                toKeys[to] = fromKeys[i];
                toValues[to] = fromValues[i];
            }
            var keysBefore = fromKeys;
            var valuesBefore = fromValues;
            fromKeys = toKeys;
            fromValues = toValues;
            toKeys = keysBefore;
            toValues = valuesBefore;
        }
    }
}
