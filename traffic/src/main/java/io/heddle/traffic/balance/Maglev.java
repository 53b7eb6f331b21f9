package io.heddle.traffic.balance;

import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.hash.XxHash64;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/// A table that a request's hash is an index into, filled by the hosts in turn, each along a permutation of its own
/// (Eisenbud et al., *Maglev: A Fast and Reliable Software Network Load Balancer*, 2016, section 3.4). Finding is one
/// step; hosts get more even shares than on a ring, and a few more requests move when one goes.
///
/// The permutations and turns are Envoy's, so that both find the same host for a hash. A later draw of the same pick
/// looks where a changed hash leads. The table takes a byte an entry up to 256 hosts, else four.
final class Maglev implements Algorithm {
    private final int size;
    private final byte[] few;
    private final int[] many;

    Maglev(List<Host> hosts, BalancerPolicy.Maglev policy, HashWeights weights) {
        this.size = policy.tableSize();
        var table = fill(hosts, policy, weights);
        boolean fits = hosts.size() <= 256;
        this.few = new byte[fits ? size : 0];
        this.many = fits ? new int[0] : table;
        for (int i = 0; i < few.length; i++) {
            few[i] = (byte) table[i];
        }
    }

    /// A host while the table is filled.
    private static final class Entry {
        private final int host;
        private final String key;
        private final double weight;
        private double target;
        private long at;
        private long skip;

        Entry(int host, String key, double weight) {
            this.host = host;
            this.key = key;
            this.weight = weight;
        }

        private void start(int size) {
            at = Long.remainderUnsigned(XxHash64.hash(key, 0), size);
            skip = Long.remainderUnsigned(XxHash64.hash(key, 1), size - 1L) + 1;
        }

        private void step(int size) {
            at += skip;
            at = at >= size ? at - size : at;
        }
    }

    private static int[] fill(List<Host> hosts, BalancerPolicy.Maglev policy, HashWeights weights) {
        int size = policy.tableSize();
        var entries = new ArrayList<Entry>();
        for (int i = 0; i < hosts.size(); i++) {
            if (weights.shares()[i] > 0) {
                var key = hosts.get(i).endpoint().hashKey(policy.keys().byHostname());
                entries.add(new Entry(i, key, weights.shares()[i]));
            }
        }
        entries.sort(Comparator.comparing(entry -> entry.key));
        entries.forEach(entry -> entry.start(size));
        var table = new int[size];
        Arrays.fill(table, -1);
        double largest = weights.largest();
        int filled = 0;
        for (long turn = 1; filled < size; turn++) {
            for (int i = 0; i < entries.size() && filled < size; i++) {
                var entry = entries.get(i);
                if (turn * entry.weight >= entry.target) {
                    entry.target += largest;
                    take(table, entry);
                    filled++;
                }
            }
        }
        return table;
    }

    private static void take(int[] table, Entry entry) {
        while (table[(int) entry.at] >= 0) {
            entry.step(table.length);
        }
        table[(int) entry.at] = entry.host;
        entry.step(table.length);
    }

    @Override
    public int draw(PickRequest request, int turn) {
        long hash = request.isHashed() ? request.hash() : request.chance();
        int at = (int) Long.remainderUnsigned(turn == 0 ? hash : hash ^ -(long) turn, size);
        return many.length == 0 ? few[at] & 0xff : many[at];
    }
}
