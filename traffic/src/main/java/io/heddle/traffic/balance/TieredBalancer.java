package io.heddle.traffic.balance;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/// Applies an [Algorithm] to the hosts that are in service, tier by tier.
///
/// Hosts called HEALTHY form one tier per priority, lowest first. After them stand, for when there is nothing else, the
/// UNHEALTHY and last the DRAINING ones, again by priority.
///
/// A pick draws from the first tier. A host that is in service and was not tried yet is taken at once: that is the
/// common case, and it costs one draw. Else, while at most half of the tier is ejected, the next such host of the tier
/// is taken. A tier of which more than half is ejected (Envoy's `healthy_panic_threshold` of 50 %) hands those requests
/// to the next tier of healthy hosts; where there is none, ejections are disregarded: the detector is more likely to be
/// wrong than so many hosts. A host already tried is taken only when nothing else is left.
final class TieredBalancer implements LoadBalancer {
    private final List<Tier> healthy;
    private final List<Tier> lastResorts;

    TieredBalancer(List<Host> hosts, Function<List<Host>, Algorithm> algorithm) {
        this.healthy = tiers(hosts, Endpoint.Health.HEALTHY, algorithm);
        var rest = new ArrayList<Tier>(tiers(hosts, Endpoint.Health.UNHEALTHY, algorithm));
        rest.addAll(tiers(hosts, Endpoint.Health.DRAINING, algorithm));
        this.lastResorts = List.copyOf(rest);
    }

    private static List<Tier> tiers(
            List<Host> hosts, Endpoint.Health health, Function<List<Host>, Algorithm> algorithm) {
        var byPriority = new TreeMap<Integer, List<Host>>();
        for (var host : hosts) {
            if (host.endpoint().health() == health) {
                byPriority
                        .computeIfAbsent(host.endpoint().priority(), _ -> new ArrayList<>())
                        .add(host);
            }
        }
        return byPriority.values().stream()
                .map(list -> Tier.of(list, algorithm))
                .toList();
    }

    @Override
    public Optional<Host> pick(PickRequest request) {
        Optional<Host> fallback = Optional.empty();
        for (int i = 0; i < healthy.size(); i++) {
            var tier = healthy.get(i);
            int drawn = tier.algorithm.draw(request);
            var found = tier.inService(request, drawn);
            if (found.isPresent()) {
                return found;
            }
            if (fallback.isEmpty()) {
                fallback = tier.anyUntried(request, drawn);
            }
        }
        if (fallback.isPresent()) {
            return fallback;
        }
        return lastResort(request);
    }

    @Override
    public Optional<Host> pickInService(PickRequest request) {
        for (int i = 0; i < healthy.size(); i++) {
            var tier = healthy.get(i);
            var found = tier.inService(request, tier.algorithm.draw(request));
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private Optional<Host> lastResort(PickRequest request) {
        Optional<Host> tried = Optional.empty();
        for (int i = 0; i < healthy.size() && tried.isEmpty(); i++) {
            var tier = healthy.get(i);
            tried = tier.slots.get(tier.algorithm.draw(request));
        }
        if (tried.isPresent()) {
            return tried;
        }
        for (int i = 0; i < lastResorts.size(); i++) {
            var tier = lastResorts.get(i);
            int drawn = tier.algorithm.draw(request);
            var found = tier.anyUntried(request, drawn);
            if (found.isPresent()) {
                return found;
            }
            if (tried.isEmpty()) {
                tried = tier.slots.get(drawn);
            }
        }
        return tried;
    }

    /// Hosts of one health and priority.
    private record Tier(List<Host> hosts, List<Optional<Host>> slots, Algorithm algorithm) {
        static Tier of(List<Host> list, Function<List<Host>, Algorithm> algorithm) {
            var hosts = List.copyOf(list);
            return new Tier(hosts, hosts.stream().map(Optional::of).toList(), algorithm.apply(hosts));
        }

        /// The drawn host or the next one that is in service and untried; empty when there is none, or when the
        /// draw fell on an ejected host and more than half of the tier is ejected.
        Optional<Host> inService(PickRequest request, int drawn) {
            long now = request.now();
            var first = hosts.get(drawn);
            boolean ejected = first.state().isEjected(now);
            if (!ejected && !request.tried(first)) {
                return slots.get(drawn);
            }
            if (ejected && mostlyEjected(now)) {
                return Optional.empty();
            }
            int at = drawn;
            for (int i = 1; i < hosts.size(); i++) {
                at = at + 1 == hosts.size() ? 0 : at + 1;
                var host = hosts.get(at);
                if (!host.state().isEjected(now) && !request.tried(host)) {
                    return slots.get(at);
                }
            }
            return Optional.empty();
        }

        /// The drawn host or the next one that is untried, ejected or not.
        Optional<Host> anyUntried(PickRequest request, int drawn) {
            int at = drawn;
            for (int i = 0; i < hosts.size(); i++) {
                if (!request.tried(hosts.get(at))) {
                    return slots.get(at);
                }
                at = at + 1 == hosts.size() ? 0 : at + 1;
            }
            return Optional.empty();
        }

        private boolean mostlyEjected(long now) {
            int count = 0;
            for (int i = 0; i < hosts.size(); i++) {
                if (hosts.get(i).state().isEjected(now)) {
                    count++;
                }
            }
            return count * 2 > hosts.size();
        }
    }
}
