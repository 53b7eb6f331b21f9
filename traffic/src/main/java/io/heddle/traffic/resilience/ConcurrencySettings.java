package io.heddle.traffic.resilience;

import java.time.Duration;
import java.util.Optional;

/// How many requests are let pass at a time, found by how long they take, as Envoy's `GradientControllerConfig`.
///
/// @param place the object and the field; it keeps the controllers of different filters apart
/// @param percentile which of the times of a window counts, 0 to 100
/// @param most the largest limit
/// @param update how often the limit is computed
/// @param smallest how the shortest time is found
public record ConcurrencySettings(String place, double percentile, int most, Duration update, Smallest smallest) {
    /// Few share a place, so that it alone is hashed.
    @Override
    public int hashCode() {
        return place.hashCode();
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || (other instanceof ConcurrencySettings that
                        && place.equals(that.place)
                        && percentile == that.percentile
                        && most == that.most
                        && update.equals(that.update)
                        && smallest.equals(that.smallest));
    }

    /// How the time that requests take at the least is found.
    ///
    /// @param fixed it is this; empty measures it
    /// @param interval how often it is measured
    /// @param requests by how many requests
    /// @param jitter the most by which an interval is longer, in percent
    /// @param concurrency the limit while it is measured, and the smallest there is
    /// @param buffer by how much a time may exceed it and still count as it, in percent
    public record Smallest(
            Optional<Duration> fixed, Duration interval, int requests, double jitter, int concurrency, double buffer) {}
}
