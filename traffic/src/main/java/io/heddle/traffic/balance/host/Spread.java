package io.heddle.traffic.balance.host;

import io.heddle.model.name.Locality;
import java.util.Map;

/// How requests are spread over the priorities and localities of a cluster (Envoy's `ClusterLoadAssignment.Policy`
/// and `LocalityLbEndpoints.load_balancing_weight`).
///
/// @param overprovisioning how much a priority can take, in percent of the share of its hosts that are healthy; 140
///     lets
///     one take all while at most 28 % of its hosts are not
/// @param byWeight whether hosts count by their weights where that share is computed (`weighted_priority_health`)
/// @param weights of localities, where they were given
public record Spread(int overprovisioning, boolean byWeight, Map<Place, Integer> weights) {
    public static final Spread DEFAULT = new Spread(140, false, Map.of());

    public Spread {
        weights = Map.copyOf(weights);
    }

    /// A locality within a priority.
    public record Place(int priority, Locality locality) {}

    /// The weight of a place; zero, which means no requests, where none was given.
    public int weight(int priority, Locality locality) {
        return weights.getOrDefault(new Place(priority, locality), 0);
    }
}
