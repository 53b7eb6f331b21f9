package io.heddle.traffic.balance;

import io.heddle.traffic.balance.BalancerPolicy.Layers;
import io.heddle.traffic.balance.BalancerPolicy.Localities;
import io.heddle.traffic.balance.host.BalancingFigure;
import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.balance.host.HealthChanges;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.balance.host.HostSet;
import io.heddle.traffic.balance.host.Surroundings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// Chooses the priority, then the locality, then lets an [Algorithm] choose among the hosts there.
///
/// Which priority and which locality get how much is computed from the health of all hosts ([Shares]) and kept until
/// the health of one of them changes. A host that was ejected or found ill, or that the request was tried on, is passed
/// over as long as there is another one in service: in its pool, then in others, the first priority first.
/// In a panic health is disregarded: the detector is more likely to be wrong than so many hosts. Draining
/// hosts get new requests only where there is no other host at all.
final class PriorityBalancer implements LoadBalancer {
    private final List<Level> levels;
    private final Pool draining;
    private final Layers layers;
    private final HostSet set;
    private final HealthChanges changes;
    private final boolean byHash;
    private final boolean goesByZones;
    private volatile Shares shares;

    /// Over the hosts of `set`; `byHash` says whether the request's hash chooses the priority too.
    PriorityBalancer(HostSet set, Layers layers, boolean byHash, Level.Pools pools) {
        this.set = set;
        this.layers = layers;
        this.byHash = byHash;
        this.changes = HealthChanges.of(set.hosts());
        this.goesByZones = !byHash
                && layers.localities() instanceof Localities.ZoneAware
                && !set.surroundings().peers().isEmpty();
        boolean byLocality = !byHash && countsLocalities(layers.localities(), set.surroundings());
        var byPriority = new TreeMap<Integer, List<Host>>();
        var leaving = new ArrayList<Host>();
        for (var host : set.hosts()) {
            if (host.endpoint().health() == Endpoint.Health.DRAINING) {
                leaving.add(host);
            } else {
                byPriority
                        .computeIfAbsent(host.endpoint().priority(), _ -> new ArrayList<>())
                        .add(host);
            }
        }
        this.draining = pools.of(List.copyOf(leaving));
        this.levels = byPriority.entrySet().stream()
                .map(entry -> new Level(entry.getKey(), entry.getValue(), set.spread(), byLocality, pools))
                .toList();
        this.shares = compute(changes.count() - 1, 0, 0); // an older one, so that the first pick computes its own
    }

    /// Without a local cluster that has proxies where this one is, nothing is known to go by zones.
    private static boolean countsLocalities(Localities localities, Surroundings surroundings) {
        return switch (localities) {
            case Localities.Anywhere() -> false;
            case Localities.ByWeight() -> true;
            case Localities.ZoneAware _ -> surroundings.peers().getOrDefault(surroundings.own(), 0L) > 0;
        };
    }

    @Override
    public Optional<Host> pick(PickRequest request) {
        var current = current(request);
        if (current.nothing()) {
            told(layers.panicThreshold() > 0, BalancingFigure.PANIC, request);
            return layers.panicThreshold() == 0 ? Optional.empty() : draining.any(request);
        }
        int place = current.place(byHash && request.isHashed() ? request.hash() : request.chance());
        told(current, place, request);
        if (panics(current, place)) {
            told(true, BalancingFigure.PANIC, request);
            return failsOnPanic() ? Optional.empty() : inPanic(place, request);
        }
        var found = inService(current, place, request);
        return found.isPresent() ? found : elsewhere(place, request);
    }

    @Override
    public Optional<Host> pickInService(PickRequest request) {
        var current = current(request);
        if (!current.loads().available()) {
            return Optional.empty();
        }
        int place = current.place(byHash && request.isHashed() ? request.hash() : request.chance());
        told(current, place, request);
        if (panics(current, place)) {
            var drawn = levels.get(place).all().any(request);
            boolean serves = drawn.isPresent() && serves(drawn.get(), request);
            told(serves, BalancingFigure.PANIC, request); // else it is told by the pick that follows
            return serves ? drawn : Optional.empty();
        }
        var found = inService(current, place, request);
        return found.isPresent() ? found : untriedAnywhere(request);
    }

    private static boolean serves(Host host, PickRequest request) {
        return host.endpoint().health() != Endpoint.Health.UNHEALTHY
                && !host.state().isOut(request.now())
                && !request.tried(host);
    }

    private void told(Shares current, int place, PickRequest request) {
        if (request.trace().on()) {
            PickWords.priorities(levels, current.loads(), place, request.trace());
        }
    }

    private void told(boolean happened, BalancingFigure figure, PickRequest request) {
        if (happened && request.counts()) {
            set.figures().accept(figure);
        }
    }

    private static boolean panics(Shares current, int place) {
        return place < current.loads().panic().length && current.loads().panic()[place];
    }

    private boolean failsOnPanic() {
        return layers.localities() instanceof Localities.ZoneAware zones && zones.failOnPanic();
    }

    private Optional<Host> inPanic(int place, PickRequest request) {
        var all = levels.get(place).all();
        var found = all.untried(request);
        if (found.isPresent()) {
            return found;
        }
        for (int i = 0; i < levels.size(); i++) {
            found = levels.get(i).all().untried(request);
            if (found.isPresent()) {
                return found;
            }
        }
        return all.any(request);
    }

    private Optional<Host> inService(Shares current, int place, PickRequest request) {
        boolean degraded = place >= levels.size();
        int index = degraded ? place - levels.size() : place;
        var level = levels.get(index);
        var zones = degraded ? level.degradedZones() : level.healthyZones();
        if (!zones.isEmpty()) {
            var chances = degraded ? current.degradedZones()[index] : current.healthyZones()[index];
            int zone = chances.choose(request);
            if (request.trace().on()) {
                PickWords.localities(zones, chances, zone, request.trace());
            }
            told(chances, zone, request);
            if (zone >= 0) {
                var found = zones.get(zone).pool().inService(request);
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return level.inService(request, degraded);
    }

    private void told(ZoneShares chances, int zone, PickRequest request) {
        if (goesByZones && request.counts()) {
            chances.chosen(zone, set.figures());
        }
    }

    private Optional<Host> untriedAnywhere(PickRequest request) {
        for (int i = 0; i < 2 * levels.size(); i++) {
            boolean degraded = i >= levels.size();
            var found = levels.get(degraded ? i - levels.size() : i).inService(request, degraded);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    /// The request was tried on all hosts of its place, or they were ejected just now.
    private Optional<Host> elsewhere(int place, PickRequest request) {
        var found = untriedAnywhere(request);
        if (found.isPresent()) {
            return found;
        }
        boolean degraded = place >= levels.size();
        var level = levels.get(degraded ? place - levels.size() : place);
        return degraded ? level.degraded().any(request) : level.healthy().any(request);
    }

    private Shares current(PickRequest request) {
        var shares = current(request.now());
        long tried = request.triedPriorities();
        if (tried == 0) {
            return shares;
        }
        var others = compute(changes.count(), request.now(), tried);
        if (others.loads().available()) {
            return others;
        }
        request.allPrioritiesTried();
        return shares;
    }

    private Shares current(long now) {
        var known = shares;
        int version = changes.count();
        if (known.holds(version, now)) {
            return known;
        }
        var fresh = compute(version, now, 0);
        shares = fresh;
        if (goesByZones && fresh.healthyZones().length > 0) {
            fresh.healthyZones()[0].computed(set.figures());
            if (levels.getFirst().healthyZones().isEmpty()) {
                set.figures().accept(BalancingFigure.LOCAL_CLUSTER_NOT_OK);
            }
        }
        return fresh;
    }

    /// The shares without those priorities whose bits are set.
    private Shares compute(int version, long now, long without) {
        var censuses = new PriorityLoads.Census[levels.size()];
        var healthyZones = new ZoneShares[levels.size()];
        var degradedZones = new ZoneShares[levels.size()];
        for (int i = 0; i < censuses.length; i++) {
            var level = levels.get(i);
            boolean left = (without & 1L << Math.min(level.priority(), Long.SIZE - 1)) != 0;
            censuses[i] = census(left ? List.of() : level.hosts(), now);
            healthyZones[i] = zones(i, level.healthyZones(), now);
            degradedZones[i] = layers.localities() instanceof Localities.ByWeight
                    ? zones(i, level.degradedZones(), now)
                    : ZoneShares.NONE;
        }
        var loads = PriorityLoads.of(censuses, set.spread().overprovisioning(), layers.panicThreshold());
        return Shares.of(version, nextEnd(now), loads, healthyZones, degradedZones);
    }

    private ZoneShares zones(int level, List<Level.Zone> zones, long now) {
        return switch (layers.localities()) {
            case Localities.Anywhere() -> ZoneShares.NONE;
            case Localities.ByWeight() ->
                ZoneShares.byWeight(zones, set.spread().overprovisioning(), now);
            case Localities.ZoneAware settings ->
                level == 0 ? ZoneShares.zoneAware(zones, settings, set.surroundings(), now) : ZoneShares.NONE;
        };
    }

    private PriorityLoads.Census census(List<Host> hosts, long now) {
        boolean byWeight = set.spread().byWeight();
        long healthy = 0;
        long degraded = 0;
        long total = 0;
        int serving = 0;
        int leftOut = 0;
        for (var host : hosts) {
            if (host.state().isLeftOut()) {
                leftOut++;
                continue;
            }
            long counts = byWeight ? host.endpoint().weight() : 1;
            total += counts;
            if (host.state().isOut(now)) {
                continue;
            }
            switch (host.endpoint().health()) {
                case HEALTHY, UNKNOWN -> {
                    healthy += counts;
                    serving++;
                }
                case DEGRADED -> {
                    degraded += counts;
                    serving++;
                }
                case UNHEALTHY, DRAINING -> {}
            }
        }
        return new PriorityLoads.Census(hosts.size() - leftOut, healthy, degraded, total, serving);
    }

    /// When the first of the running ejections ends.
    private Optional<Long> nextEnd(long now) {
        Optional<Long> next = Optional.empty();
        for (var level : levels) {
            for (var host : level.hosts()) {
                var state = host.state();
                if (state.isEjected(now) && (next.isEmpty() || next.get() - state.ejectedUntil() > 0)) {
                    next = Optional.of(state.ejectedUntil());
                }
            }
        }
        return next;
    }
}
