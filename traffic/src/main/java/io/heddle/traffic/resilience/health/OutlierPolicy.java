package io.heddle.traffic.resilience.health;

import java.time.Duration;

/// When a host that fails is taken out of balancing, and for how long (Envoy's `cluster.v3.OutlierDetection`).
///
/// @param interval between two looks at rates, ejections that end and ejections that are forgiven; above 0
/// @param ejections how long and how many
/// @param serverErrors answers 5xx in a row; without `split`, failures without an answer count as such
/// @param gatewayFailures answers 502, 503 and 504 in a row; without `split`, failures without an answer too
/// @param localOrigin failures without an answer in a row; counts with `split` only
/// @param split whether failures without an answer are judged apart from answers
///     (`split_external_local_origin_errors`)
/// @param successRate hosts that succeed much less often than the others
/// @param failurePercentage hosts that fail too often
/// @param healthCheckReadmits whether an active health check that succeeds ends an ejection
///     (`successful_active_health_check_uneject_host`)
public record OutlierPolicy(
        Duration interval,
        Ejections ejections,
        Row serverErrors,
        Row gatewayFailures,
        Row localOrigin,
        boolean split,
        SuccessRate successRate,
        FailurePercentage failurePercentage,
        boolean healthCheckReadmits) {
    /// What Envoy does where `outlier_detection` is empty.
    public static final OutlierPolicy DEFAULT = new OutlierPolicy(
            Duration.ofSeconds(10),
            Ejections.DEFAULT,
            new Row(5, 100),
            new Row(5, 0),
            new Row(5, 100),
            false,
            SuccessRate.DEFAULT,
            FailurePercentage.DEFAULT,
            true);

    /// How long hosts are ejected, and how many at most.
    ///
    /// @param base how long the first ejection lasts; the n-th lasts n times as long
    /// @param longest the longest ejection, without jitter; at least `base`
    /// @param jitter by up to so much longer, by chance
    /// @param mostPercent the largest part of the hosts that may be ejected at a time, 0 to 100
    /// @param alwaysOne whether one host may be ejected whatever `mostPercent` says (`always_eject_one_host`)
    public record Ejections(Duration base, Duration longest, Duration jitter, int mostPercent, boolean alwaysOne) {
        /// 30 s, five minutes at most, no jitter, 10 %.
        public static final Ejections DEFAULT =
                new Ejections(Duration.ofSeconds(30), Duration.ofMinutes(5), Duration.ZERO, 10, false);
    }

    /// Failures in a row.
    ///
    /// @param threshold so many; 0 for never
    /// @param enforcing how often, in percent, the host is then ejected; else it is only counted
    public record Row(int threshold, int enforcing) {}

    /// A host whose share of successes lies below the mean of all hosts by more than `deviations` standard deviations.
    ///
    /// @param minimumHosts with fewer hosts that had enough requests nothing is judged
    /// @param requestVolume so many requests in an interval are enough
    /// @param deviations how many, Envoy's `success_rate_stdev_factor` divided by 1000
    /// @param enforcing how often, in percent, the host is then ejected
    /// @param enforcingLocalOrigin the same for failures without an answer, with `split`
    public record SuccessRate(
            int minimumHosts, int requestVolume, double deviations, int enforcing, int enforcingLocalOrigin) {
        /// 5 hosts of 100 requests, 1.9 deviations, always.
        public static final SuccessRate DEFAULT = new SuccessRate(5, 100, 1.9, 100, 100);
    }

    /// A host of whose requests `threshold` percent or more fail.
    ///
    /// @param threshold 0 to 100
    /// @param minimumHosts with fewer hosts that had enough requests nothing is judged
    /// @param requestVolume so many requests in an interval are enough
    /// @param enforcing how often, in percent, the host is then ejected
    /// @param enforcingLocalOrigin the same for failures without an answer, with `split`
    public record FailurePercentage(
            int threshold, int minimumHosts, int requestVolume, int enforcing, int enforcingLocalOrigin) {
        /// 85 %, 5 hosts of 50 requests, never.
        public static final FailurePercentage DEFAULT = new FailurePercentage(85, 5, 50, 0, 0);
    }

    /// How often, in percent, a host that was found to be an outlier is ejected.
    public int enforcing(EjectionType type) {
        return switch (type) {
            case CONSECUTIVE_5XX -> serverErrors.enforcing();
            case CONSECUTIVE_GATEWAY_FAILURE -> gatewayFailures.enforcing();
            case CONSECUTIVE_LOCAL_ORIGIN_FAILURE -> localOrigin.enforcing();
            case SUCCESS_RATE -> successRate.enforcing();
            case SUCCESS_RATE_LOCAL_ORIGIN -> successRate.enforcingLocalOrigin();
            case FAILURE_PERCENTAGE -> failurePercentage.enforcing();
            case FAILURE_PERCENTAGE_LOCAL_ORIGIN -> failurePercentage.enforcingLocalOrigin();
        };
    }
}
