package io.heddle.traffic.balance;

import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.balance.host.Spread;
import java.util.HashMap;
import java.util.List;

/// What share of a ring or table each host gets, between 0 and 1: by its weight, or by the weights of localities and
/// by its weight within its own.
final class HashWeights {
    private final double[] shares;

    HashWeights(double[] shares) {
        this.shares = shares;
    }

    double[] shares() {
        return shares;
    }

    static HashWeights of(List<Host> hosts, Spread spread, boolean byLocality) {
        return new HashWeights(byLocality && !spread.weights().isEmpty() ? byLocality(hosts, spread) : alone(hosts));
    }

    private static double[] alone(List<Host> hosts) {
        long sum = hosts.stream().mapToLong(host -> host.endpoint().weight()).sum();
        return hosts.stream()
                .mapToDouble(host -> (double) host.endpoint().weight() / sum)
                .toArray();
    }

    private static double[] byLocality(List<Host> hosts, Spread spread) {
        var sums = new HashMap<Spread.Place, Long>();
        for (var host : hosts) {
            sums.merge(place(host), (long) host.endpoint().weight(), Long::sum);
        }
        long all = sums.keySet().stream()
                .mapToLong(place -> spread.weight(place.priority(), place.locality()))
                .sum();
        var shares = new double[hosts.size()];
        for (int i = 0; i < shares.length; i++) {
            var place = place(hosts.get(i));
            double ofPlace = all == 0 ? 0 : (double) spread.weight(place.priority(), place.locality()) / all;
            shares[i] = hosts.get(i).endpoint().weight() * ofPlace / sums.getOrDefault(place, 1L);
        }
        return shares;
    }

    private static Spread.Place place(Host host) {
        return new Spread.Place(host.endpoint().priority(), host.endpoint().locality());
    }

    /// Whether nobody gets anything.
    boolean nothing() {
        return largest() == 0;
    }

    double largest() {
        double largest = 0;
        for (double share : shares) {
            largest = Math.max(largest, share);
        }
        return largest;
    }

    /// The smallest share that is one.
    double smallest() {
        double smallest = 1;
        for (double share : shares) {
            smallest = share > 0 ? Math.min(smallest, share) : smallest;
        }
        return smallest;
    }
}
