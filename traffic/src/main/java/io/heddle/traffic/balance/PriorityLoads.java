package io.heddle.traffic.balance;

import java.util.Arrays;

/// How requests are shared among priorities: Envoy's rules, with its rounding to whole percents.
///
/// A priority can take its share of healthy hosts times the overprovisioning factor, at most all. Requests go to the
/// first priority as far as it can take them, the rest to the next; what healthy hosts cannot take goes to degraded
/// ones by the same rule. Where all together cannot take everything, each gets in proportion, and a priority of which
/// fewer hosts than the panic threshold are healthy is in panic. When all are, hosts count whatever their health.
final class PriorityLoads {
    private final int[] healthy;
    private final int[] degraded;
    private final boolean[] panic;
    private final boolean available;

    PriorityLoads(int[] healthy, int[] degraded, boolean[] panic, boolean available) {
        this.healthy = healthy;
        this.degraded = degraded;
        this.panic = panic;
        this.available = available;
    }

    /// Percent of requests that each priority's healthy hosts get, or all its hosts in panic.
    int[] healthy() {
        return healthy;
    }

    /// Percent that each priority's degraded hosts get.
    int[] degraded() {
        return degraded;
    }

    /// Whether each priority is in panic.
    boolean[] panic() {
        return panic;
    }

    /// Whether any host can take requests without a panic.
    boolean available() {
        return available;
    }

    private static final int ALL = 100;

    /// What hosts a priority has.
    ///
    /// @param hosts how many, aside from draining ones and those that are left out until they were checked
    /// @param healthy how many, or their weights; of `total`
    /// @param degraded in the same unit
    /// @param total in the same unit
    /// @param serving how many are healthy or degraded
    record Census(int hosts, long healthy, long degraded, long total, int serving) {}

    static PriorityLoads of(Census[] levels, int overprovisioning, double panicThreshold) {
        int size = levels.length;
        var healthy = new int[size];
        var degraded = new int[size];
        int sum = 0;
        for (int i = 0; i < size; i++) {
            healthy[i] = availability(levels[i].healthy(), levels[i].total(), overprovisioning);
            degraded[i] = availability(levels[i].degraded(), levels[i].total(), overprovisioning);
            sum = Math.min(ALL, sum + healthy[i] + degraded[i]);
        }
        var panic = panic(levels, sum, panicThreshold);
        if (size > 0 && allTrue(panic)) {
            return new PriorityLoads(byHosts(levels), new int[size], panic, sum > 0);
        }
        return sum == 0
                ? new PriorityLoads(new int[size], new int[size], panic, false)
                : shared(healthy, degraded, sum, panic);
    }

    private static int availability(long part, long total, int overprovisioning) {
        return total == 0 ? 0 : (int) Math.min(ALL, overprovisioning * part / total);
    }

    private static boolean[] panic(Census[] levels, int availability, double threshold) {
        var panic = new boolean[levels.length];
        for (int i = 0; i < levels.length && availability < ALL; i++) {
            double serving = levels[i].hosts() == 0 ? 0 : 100.0 * levels[i].serving() / levels[i].hosts();
            panic[i] = serving < threshold;
        }
        return panic;
    }

    private static boolean allTrue(boolean[] flags) {
        for (boolean flag : flags) {
            if (!flag) {
                return false;
            }
        }
        return true;
    }

    private static int[] byHosts(Census[] levels) {
        var loads = new int[levels.length];
        int all = Arrays.stream(levels).mapToInt(Census::hosts).sum();
        if (all == 0) {
            return loads;
        }
        int left = ALL;
        int first = -1;
        for (int i = 0; i < levels.length; i++) {
            loads[i] = ALL * levels[i].hosts() / all;
            left -= loads[i];
            first = first < 0 && levels[i].hosts() > 0 ? i : first;
        }
        loads[first] += left;
        return loads;
    }

    private static PriorityLoads shared(int[] healthy, int[] degraded, int sum, boolean[] panic) {
        var toHealthy = new int[healthy.length];
        var toDegraded = new int[degraded.length];
        int left = share(toHealthy, healthy, ALL, sum);
        left = share(toDegraded, degraded, left, sum);
        if (left > 0) {
            int first = firstAbove(healthy);
            if (first >= 0) {
                toHealthy[first] += left;
            } else {
                toDegraded[firstAbove(degraded)] += left;
            }
        }
        return new PriorityLoads(toHealthy, toDegraded, panic, true);
    }

    private static int share(int[] loads, int[] availability, int all, int sum) {
        int left = all;
        for (int i = 0; i < loads.length; i++) {
            loads[i] = Math.min(left, availability[i] * ALL / sum);
            left -= loads[i];
        }
        return left;
    }

    private static int firstAbove(int[] availability) {
        for (int i = 0; i < availability.length; i++) {
            if (availability[i] > 0) {
                return i;
            }
        }
        return -1;
    }
}
