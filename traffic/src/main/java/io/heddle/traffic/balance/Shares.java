package io.heddle.traffic.balance;

import java.util.Optional;

/// What is computed from the health of a cluster's hosts, and holds until that changes: which priority, and which
/// locality in it, gets how much. Immutable; choosing allocates nothing.
final class Shares {
    private final int version;
    private final Optional<Long> until;
    private final PriorityLoads loads;
    private final int only;
    private final ZoneShares[] healthyZones;
    private final ZoneShares[] degradedZones;

    Shares(
            int version,
            Optional<Long> until,
            PriorityLoads loads,
            int only,
            ZoneShares[] healthyZones,
            ZoneShares[] degradedZones) {
        this.version = version;
        this.until = until;
        this.loads = loads;
        this.only = only;
        this.healthyZones = healthyZones;
        this.degradedZones = degradedZones;
    }

    /// The [io.heddle.traffic.balance.host.HealthChanges] it was computed at.
    int version() {
        return version;
    }

    /// When an ejection ends, in nanoseconds of the monotonic clock.
    Optional<Long> until() {
        return until;
    }

    /// Which priority gets how much.
    PriorityLoads loads() {
        return loads;
    }

    /// The one place that gets everything, or -1 where several get some.
    int only() {
        return only;
    }

    /// Which locality of each priority gets how much; empty where localities are not looked at.
    ZoneShares[] healthyZones() {
        return healthyZones;
    }

    /// The same of degraded hosts.
    ZoneShares[] degradedZones() {
        return degradedZones;
    }

    static Shares of(
            int version, Optional<Long> until, PriorityLoads loads, ZoneShares[] healthy, ZoneShares[] degraded) {
        return new Shares(version, until, loads, only(loads), healthy, degraded);
    }

    private static int only(PriorityLoads loads) {
        int size = loads.healthy().length;
        for (int i = 0; i < size; i++) {
            if (loads.healthy()[i] == 100) {
                return i;
            }
            if (loads.degraded()[i] == 100) {
                return size + i;
            }
        }
        return -1;
    }

    boolean holds(int now, long time) {
        return version == now && (until.isEmpty() || until.get() - time > 0);
    }

    /// Whether there is anything at all that gets requests.
    boolean nothing() {
        if (only >= 0) {
            return false;
        }
        for (int i = 0; i < loads.healthy().length; i++) {
            if (loads.healthy()[i] > 0 || loads.degraded()[i] > 0) {
                return false;
            }
        }
        return true;
    }

    /// The place for an even `draw`: a priority, or behind them a priority's degraded hosts.
    int place(long draw) {
        if (only >= 0) {
            return only;
        }
        int point = (int) Long.remainderUnsigned(draw, 100) + 1;
        int size = loads.healthy().length;
        int sum = 0;
        for (int i = 0; i < 2 * size; i++) {
            sum += i < size ? loads.healthy()[i] : loads.degraded()[i - size];
            if (point <= sum) {
                return i;
            }
        }
        throw new IllegalStateException("loads do not add up to 100: " + sum);
    }
}
