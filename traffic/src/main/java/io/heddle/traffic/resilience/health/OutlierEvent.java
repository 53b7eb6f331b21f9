package io.heddle.traffic.resilience.health;

import java.time.Duration;
import java.util.Optional;

/// Something that an [OutlierDetector] did, for logs (Envoy's `data.cluster.v3.OutlierDetectionEvent`).
public sealed interface OutlierEvent {
    /// The host's key, `address:port`.
    String host();

    /// How often it was ejected, less what was forgiven since.
    int ejections();

    /// How long ago its last ejection ended, or this one began; empty where there was none.
    Optional<Duration> since();

    /// It was found to be an outlier.
    ///
    /// @param type by what
    /// @param enforced whether it was ejected; else policy had it counted only
    /// @param rates what was compared
    record Ejected(
            String host, int ejections, EjectionType type, boolean enforced, Rates rates, Optional<Duration> since)
            implements OutlierEvent {
        /// One that was never ejected before.
        public Ejected(String host, int ejections, EjectionType type, boolean enforced, Rates rates) {
            this(host, ejections, type, enforced, rates, Optional.empty());
        }
    }

    /// Its ejection has ended.
    record Readmitted(String host, int ejections, Optional<Duration> since) implements OutlierEvent {}

    /// Shares of successes, in percent, where one was judged.
    ///
    /// @param host the host's
    /// @param average that of all hosts
    /// @param threshold below which it is an outlier
    record Rates(Optional<Double> host, Optional<Double> average, Optional<Double> threshold) {
        /// Nothing was compared.
        public static final Rates NONE = new Rates(Optional.empty(), Optional.empty(), Optional.empty());

        static Rates deviating(double host, double average, double threshold) {
            return new Rates(Optional.of(host), Optional.of(average), Optional.of(threshold));
        }

        static Rates failing(double host) {
            return new Rates(Optional.of(host), Optional.empty(), Optional.empty());
        }
    }
}
