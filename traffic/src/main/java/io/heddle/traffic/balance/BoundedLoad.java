package io.heddle.traffic.balance;

import io.heddle.traffic.balance.host.Host;
import java.math.BigInteger;
import java.util.List;
import java.util.function.LongSupplier;

/// Consistent hashing with bounded loads: no host gets more requests than its share of those under way times a factor
/// (Mirrokni et al., 2018; Envoy's `hash_balance_factor`). Which host takes what is too much for another is again
/// said by the hash: the others are gone through in an order of its own, and the first with room is taken, else the
/// least loaded. So a pick may look at all hosts, the more the smaller the factor is.
final class BoundedLoad implements Algorithm {
    private final Algorithm hashing;
    private final List<Host> hosts;
    private final HashWeights weights;
    private final int percent;
    private final LongSupplier active;
    private final int prime;

    /// `percent` of an even share is what a host may have, 100 or more; `active` says how many requests the cluster
    /// has under way.
    BoundedLoad(Algorithm hashing, List<Host> hosts, HashWeights weights, int percent, LongSupplier active) {
        this.hashing = hashing;
        this.hosts = hosts;
        this.weights = weights;
        this.percent = percent;
        this.active = active;
        this.prime = primeFrom(hosts.size());
    }

    private static int primeFrom(int number) {
        int candidate = Math.max(2, number);
        while (!BigInteger.valueOf(candidate).isProbablePrime(30)) {
            candidate++;
        }
        return candidate;
    }

    @Override
    public int draw(PickRequest request, int turn) {
        int first = hashing.draw(request, turn);
        long slots = ((active.getAsLong() + 1) * percent + 99) / 100;
        double least = load(first, slots);
        if (least <= 1) {
            return first;
        }
        long hash = request.isHashed() ? request.hash() : request.chance();
        long start = Long.remainderUnsigned(hash, prime);
        long step = Long.remainderUnsigned(hash >>> 32, prime - 1L) + 1;
        int best = first;
        long at = start;
        for (int i = 0; i < prime; i++) {
            int index = (int) at;
            at = (at + step) % prime;
            if (index >= hosts.size() || index == first || weights.shares()[index] == 0) {
                continue;
            }
            double load = load(index, slots);
            if (load <= 1) {
                return index;
            }
            if (load < least) {
                least = load;
                best = index;
            }
        }
        return best;
    }

    /// How full a host would be with this request: above 1, it has no room.
    private double load(int index, long slots) {
        double room = Math.max(1, Math.ceil(slots * weights.shares()[index]));
        return (hosts.get(index).state().active() + 1) / room;
    }
}
