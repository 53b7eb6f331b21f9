package io.heddle.traffic.balance;

import io.heddle.model.name.Locality;
import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.balance.host.Spread;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The hosts of one priority, by what is known of their health, and by locality where that is asked for.
///
/// Draining hosts are in no level: they count neither for nor against it.
final class Level {
    /// Makes the pool for some hosts.
    interface Pools {
        Pool of(List<Host> hosts);
    }

    private final int priority;
    private final List<Host> hosts;
    private final Pool healthy;
    private final Pool degraded;
    private final List<Zone> healthyZones;
    private final List<Zone> degradedZones;
    private final Pool all;

    /// A locality's hosts of one health.
    ///
    /// @param locality where they are
    /// @param weight of the locality, where it was given one
    /// @param total how many hosts the locality has in all
    /// @param pool those hosts
    record Zone(Locality locality, int weight, int total, Pool pool) {}

    Level(int priority, List<Host> hosts, Spread spread, boolean byLocality, Pools pools) {
        this.priority = priority;
        this.hosts = List.copyOf(hosts);
        this.healthy = pools.of(with(this.hosts, Endpoint.Health.HEALTHY));
        this.all = healthy.hosts().size() == this.hosts.size() ? healthy : pools.of(this.hosts);
        this.degraded = pools.of(with(this.hosts, Endpoint.Health.DEGRADED));
        this.healthyZones =
                byLocality ? zones(priority, this.hosts, Endpoint.Health.HEALTHY, spread, pools) : List.of();
        this.degradedZones =
                byLocality ? zones(priority, this.hosts, Endpoint.Health.DEGRADED, spread, pools) : List.of();
    }

    private static List<Host> with(List<Host> hosts, Endpoint.Health health) {
        return hosts.stream().filter(host -> host.endpoint().health() == health).toList();
    }

    private static List<Zone> zones(
            int priority, List<Host> hosts, Endpoint.Health health, Spread spread, Pools pools) {
        var byLocality = new LinkedHashMap<Locality, List<Host>>();
        for (var host : hosts) {
            byLocality
                    .computeIfAbsent(host.endpoint().locality(), _ -> new ArrayList<>())
                    .add(host);
        }
        var zones = new ArrayList<Zone>();
        for (Map.Entry<Locality, List<Host>> entry : byLocality.entrySet()) {
            var some = with(entry.getValue(), health);
            int weight = spread.weight(priority, entry.getKey());
            zones.add(new Zone(entry.getKey(), weight, entry.getValue().size(), pools.of(some)));
        }
        return List.copyOf(zones);
    }

    /// Its number; 0 is taken first.
    int priority() {
        return priority;
    }

    /// Every host that is not draining.
    List<Host> hosts() {
        return hosts;
    }

    Pool healthy() {
        return healthy;
    }

    Pool degraded() {
        return degraded;
    }

    List<Zone> healthyZones() {
        return healthyZones;
    }

    List<Zone> degradedZones() {
        return degradedZones;
    }

    /// All hosts whatever their health, for a panic.
    Pool all() {
        return all;
    }

    /// A host of `health` that is in service and was not tried.
    Optional<Host> inService(PickRequest request, boolean degradedOnes) {
        return (degradedOnes ? degraded : healthy).inService(request);
    }
}
