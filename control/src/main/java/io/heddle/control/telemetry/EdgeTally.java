package io.heddle.control.telemetry;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Counts of requests over some time, seen from one end of an edge; mutable, guarded by the graph's lock.
final class EdgeTally {
    private double requests;
    private double successes;
    private double mutualTls;
    private double plaintext;
    private final Map<String, Double> errors = new HashMap<>();
    private final TreeMap<Double, Double> buckets = new TreeMap<>();

    void addRequests(double count, boolean success, String errorCode) {
        requests += count;
        if (success) {
            successes += count;
        } else {
            errors.merge(errorCode, count, Double::sum);
        }
    }

    void addSecurity(double count, boolean mutual) {
        if (mutual) {
            mutualTls += count;
        } else {
            plaintext += count;
        }
    }

    /// Adds to the cumulative histogram: `count` requests took at most `upperBound` milliseconds.
    void addBucket(double upperBound, double count) {
        buckets.merge(upperBound, count, Double::sum);
    }

    void addAll(EdgeTally other) {
        requests += other.requests;
        successes += other.successes;
        mutualTls += other.mutualTls;
        plaintext += other.plaintext;
        other.errors.forEach((code, count) -> errors.merge(code, count, Double::sum));
        other.buckets.forEach(this::addBucket);
    }

    double requests() {
        return requests;
    }

    /// The share that succeeded; empty when there were none.
    Optional<Double> success() {
        return requests == 0 ? Optional.empty() : Optional.of(successes / requests);
    }

    double mutualTls() {
        return mutualTls;
    }

    double plaintext() {
        return plaintext;
    }

    Map<String, Long> errors() {
        var rounded = new TreeMap<String, Long>();
        errors.forEach((code, count) -> rounded.put(code, Math.round(count)));
        return rounded;
    }

    /// The latency that `share` of the requests did not exceed, in milliseconds, by linear interpolation inside its
    /// bucket as Prometheus' `histogram_quantile` does; the highest finite bound when it lies beyond it; empty
    /// without requests.
    Optional<Double> quantile(double share) {
        double total = buckets.isEmpty() ? 0 : buckets.lastEntry().getValue();
        return total > 0 ? Optional.of(quantile(share, total)) : Optional.empty();
    }

    private double quantile(double share, double total) {
        double rank = share * total;
        double lowerBound = 0;
        double below = 0;
        for (var bucket : buckets.entrySet()) {
            double upperBound = bucket.getKey();
            double upTo = bucket.getValue();
            if (upTo >= rank && upTo > below) {
                return Double.isInfinite(upperBound)
                        ? lowerBound
                        : lowerBound + (upperBound - lowerBound) * (rank - below) / (upTo - below);
            }
            lowerBound = Double.isInfinite(upperBound) ? lowerBound : upperBound;
            below = Math.max(below, upTo);
        }
        return lowerBound;
    }
}
