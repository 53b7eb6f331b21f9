package io.heddle.traffic.balance;

import io.heddle.traffic.balance.BalancerPolicy.Localities;
import io.heddle.traffic.balance.host.BalancingFigure;
import io.heddle.traffic.balance.host.Surroundings;
import java.util.List;
import java.util.function.Consumer;

/// Which locality within a priority gets how much. Immutable; choosing allocates nothing.
final class ZoneShares {
    private final int first;
    private final int firstShare;
    private final long[] bounds;
    private final double enabled;

    ZoneShares(int first, int firstShare, long[] bounds, double enabled) {
        this.first = first;
        this.firstShare = firstShare;
        this.bounds = bounds;
        this.enabled = enabled;
    }

    /// The locality that is tried first, or -1 for none.
    int first() {
        return first;
    }

    /// How much of the requests goes there, in ten-thousandths.
    int firstShare() {
        return firstShare;
    }

    /// Running sums of what the localities get of the rest; empty when localities are not looked at.
    long[] bounds() {
        return bounds;
    }

    /// For how many percent of the requests all this holds.
    double enabled() {
        return enabled;
    }

    /// Localities are not looked at.
    static final ZoneShares NONE = new ZoneShares(-1, 0, new long[0], 0);

    /// Nor here, as there are too few hosts.
    private static final ZoneShares TOO_SMALL = new ZoneShares(-1, 0, new long[0], 0);

    /// Nor here, as no locality has room for more than its own.
    private static final ZoneShares FULL = new ZoneShares(-1, 0, new long[0], 0);

    private static final int WHOLE = 10_000;

    /// By the weights of localities, each cut by what its hosts in service can take.
    static ZoneShares byWeight(List<Level.Zone> zones, int overprovisioning, long now) {
        var bounds = new long[zones.size()];
        long sum = 0;
        for (int i = 0; i < bounds.length; i++) {
            var zone = zones.get(i);
            long serving = serving(zone, false, now);
            double able = zone.total() == 0 ? 0 : Math.min(1, overprovisioning / 100.0 * serving / zone.total());
            sum += Math.round(zone.weight() * able * WHOLE);
            bounds[i] = sum;
        }
        return sum == 0 ? NONE : new ZoneShares(-1, 0, bounds, 100);
    }

    /// The proxy's own locality first, as far as it can take its share; the rest by what others have to spare.
    static ZoneShares zoneAware(
            List<Level.Zone> zones, Localities.ZoneAware settings, Surroundings surroundings, long now) {
        var hosts = new long[zones.size()];
        var counts = new long[zones.size()];
        long all = 0;
        long count = 0;
        int own = -1;
        for (int i = 0; i < hosts.length; i++) {
            hosts[i] = serving(zones.get(i), settings.byWeight(), now);
            counts[i] = serving(zones.get(i), false, now);
            all += hosts[i];
            count += counts[i];
            own = zones.get(i).locality().equals(surroundings.own()) ? i : own;
        }
        boolean forced = own >= 0
                && settings.forceAt().isPresent()
                && counts[own] >= settings.forceAt().get();
        var peers = settings.byWeight() ? surroundings.peerWeights() : surroundings.peers();
        boolean peersKnown = surroundings.peers().getOrDefault(surroundings.own(), 0L) > 0
                && (surroundings.peers().size() > 1 || settings.forceAt().isPresent());
        if (zones.size() < 2 || all == 0 || !peersKnown) {
            return NONE;
        }
        if (count < settings.minimumHosts()) {
            return TOO_SMALL;
        }
        if (forced) {
            return new ZoneShares(own, WHOLE, new long[0], settings.enabled());
        }
        long allPeers = peers.values().stream().mapToLong(Long::longValue).sum();
        long ownPeers = WHOLE * peers.getOrDefault(surroundings.own(), 0L) / allPeers;
        long ownHosts = own < 0 ? 0 : WHOLE * hosts[own] / all;
        if (ownHosts > 0 && ownHosts >= ownPeers) {
            return new ZoneShares(own, WHOLE, new long[0], settings.enabled());
        }
        var bounds = new long[hosts.length];
        long spare = 0;
        for (int i = 0; i < hosts.length; i++) {
            long theirs = WHOLE * peers.getOrDefault(zones.get(i).locality(), 0L) / allPeers;
            spare += i == own ? 0 : Math.max(0, WHOLE * hosts[i] / all - theirs);
            bounds[i] = spare;
        }
        int share = ownPeers == 0 ? 0 : (int) (ownHosts * WHOLE / ownPeers);
        return spare == 0 && share < WHOLE ? FULL : new ZoneShares(own, share, bounds, settings.enabled());
    }

    private static long serving(Level.Zone zone, boolean byWeight, long now) {
        long sum = 0;
        for (var host : zone.pool().hosts()) {
            if (!host.state().isOut(now)) {
                sum += byWeight ? host.endpoint().weight() : 1;
            }
        }
        return sum;
    }

    /// The locality to take; -1 when localities are not looked at this time.
    int choose(PickRequest request) {
        if (first < 0 && bounds.length == 0) {
            return -1;
        }
        if (enabled < 100 && percent(request.chance()) >= enabled) {
            return -1;
        }
        if (first >= 0 && (firstShare >= WHOLE || Math.unsignedMultiplyHigh(request.chance(), WHOLE) < firstShare)) {
            return first;
        }
        long sum = bounds.length == 0 ? 0 : bounds[bounds.length - 1];
        if (sum == 0) {
            return -1;
        }
        long point = Math.unsignedMultiplyHigh(request.chance(), sum);
        int index = 0;
        while (bounds[index] <= point) {
            index++;
        }
        return index;
    }

    /// Says what is known of these shares, which go by zones, now that they are computed.
    @SuppressWarnings("ReferenceEquality") // There is one of each kind that has no shares.
    void computed(Consumer<BalancingFigure> figures) {
        figures.accept(BalancingFigure.ZONES_RECALCULATED);
        if (this == TOO_SMALL) {
            figures.accept(BalancingFigure.ZONES_TOO_SMALL);
        }
    }

    /// Says what was chosen by these shares, which go by zones: `zone`, or none at -1.
    @SuppressWarnings("ReferenceEquality") // There is one of each kind that has no shares.
    void chosen(int zone, Consumer<BalancingFigure> figures) {
        if (this == FULL) {
            figures.accept(BalancingFigure.ZONE_CROSSED);
            figures.accept(BalancingFigure.ZONE_NO_CAPACITY);
        } else if (zone >= 0 && zone == first) {
            figures.accept(firstShare >= WHOLE ? BalancingFigure.ZONE_ALL_DIRECTLY : BalancingFigure.ZONE_SAMPLED);
        } else if (zone >= 0) {
            figures.accept(BalancingFigure.ZONE_CROSSED);
        }
    }

    private static double percent(long chance) {
        return (chance >>> 11) * 0x1.0p-53 * 100;
    }
}
