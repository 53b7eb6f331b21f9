package io.heddle.traffic.balance;

import io.heddle.traffic.balance.host.Host;
import java.util.List;

/// Turns an evenly drawn number into a host's index, by weight: at once when all weigh the same, else by binary search.
final class WeightedDraw {
    private final int size;
    private final boolean even;
    private final long[] bounds;

    WeightedDraw(List<Host> hosts) {
        size = hosts.size();
        bounds = new long[size];
        long sum = 0;
        boolean same = true;
        for (int i = 0; i < size; i++) {
            int weight = hosts.get(i).endpoint().weight();
            same &= weight == hosts.get(0).endpoint().weight();
            sum += weight;
            bounds[i] = sum;
        }
        even = same;
    }

    /// The index that `chance` falls on.
    int index(long chance) {
        if (even) {
            return (int) Math.unsignedMultiplyHigh(chance, size);
        }
        long point = Math.unsignedMultiplyHigh(chance, bounds[size - 1]);
        int low = 0;
        int high = size - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (bounds[middle] <= point) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
