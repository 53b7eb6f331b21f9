package io.heddle.traffic.balance;

import io.heddle.traffic.balance.host.Host;
import java.util.List;
import java.util.Optional;

/// Picks from several balancers, each with hosts of its own: from the first that has one in service (Envoy's aggregate
/// cluster, whose clusters are priorities in their order). When none has, their last resorts count in the same order.
public final class AggregateBalancer implements LoadBalancer {
    private final List<LoadBalancer> parts;

    /// Over `parts`, the preferred one first.
    public AggregateBalancer(List<LoadBalancer> parts) {
        this.parts = List.copyOf(parts);
    }

    @Override
    public Optional<Host> pick(PickRequest request) {
        var found = pickInService(request);
        for (int i = 0; i < parts.size() && found.isEmpty(); i++) {
            found = parts.get(i).pick(request);
        }
        return found;
    }

    @Override
    public Optional<Host> pickInService(PickRequest request) {
        Optional<Host> found = Optional.empty();
        for (int i = 0; i < parts.size() && found.isEmpty(); i++) {
            found = parts.get(i).pickInService(request);
        }
        return found;
    }
}
