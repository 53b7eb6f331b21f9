package io.heddle.traffic.route;

import io.heddle.traffic.format.HeaderChange;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Which cluster a forwarded request goes to.
public sealed interface ClusterChoice {
    /// The target for `chance`, any long drawn evenly; its upper bits decide.
    Target target(long chance);

    /// Always the same cluster.
    record One(Target target) implements ClusterChoice {
        @Override
        public Target target(long chance) {
            return target;
        }
    }

    /// One of several, by weight.
    ///
    /// @param targets at least one
    /// @param bounds the running sums of the weights, one per target
    record Weighted(List<Target> targets, List<Integer> bounds) implements ClusterChoice {
        public Weighted {
            targets = List.copyOf(targets);
            bounds = List.copyOf(bounds);
        }

        @Override
        public Target target(long chance) {
            int total = bounds.get(bounds.size() - 1);
            long point = Math.unsignedMultiplyHigh(chance, total);
            int index = 0;
            while (point >= bounds.get(index)) {
                index++;
            }
            return targets.get(index);
        }
    }

    /// A cluster and what is done only for it.
    ///
    /// @param cluster its name
    /// @param host the new authority, instead of the route's; empty keeps that
    /// @param requestChanges header changes on the way in, in their order: its own, and those of the route
    /// @param responseChanges header changes on the way out, in the same order
    /// @param overrides filter settings by filter name
    record Target(
            String cluster,
            Optional<String> host,
            List<HeaderChange> requestChanges,
            List<HeaderChange> responseChanges,
            Map<String, FilterOverride> overrides) {
        public Target {
            requestChanges = List.copyOf(requestChanges);
            responseChanges = List.copyOf(responseChanges);
            overrides = Map.copyOf(overrides);
        }

        /// A cluster for which nothing special is done.
        public static Target of(String cluster) {
            return new Target(cluster, Optional.empty(), List.of(), List.of(), Map.of());
        }
    }
}
