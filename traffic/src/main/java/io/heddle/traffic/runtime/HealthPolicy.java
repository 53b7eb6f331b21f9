package io.heddle.traffic.runtime;

import io.heddle.traffic.resilience.health.HealthCheck;
import io.heddle.traffic.resilience.health.OutlierPolicy;
import java.util.Optional;

/// How a proxy finds out which hosts of a cluster are well, beside what the control plane says.
///
/// @param outliers by what becomes of requests; empty for connections that fail only
///     ([io.heddle.traffic.resilience.health.UnreachableHosts])
/// @param check by asking them; empty for not asking
/// @param leavesOutUnchecked whether hosts that were not asked yet are left out when it is counted how many are
///     well (`ignore_new_hosts_until_first_hc`)
public record HealthPolicy(Optional<OutlierPolicy> outliers, Optional<HealthCheck> check, boolean leavesOutUnchecked) {
    /// By connections that fail only.
    public static final HealthPolicy NONE = new HealthPolicy(Optional.empty(), Optional.empty());

    /// One in which hosts that were not asked yet count as ill.
    public HealthPolicy(Optional<OutlierPolicy> outliers, Optional<HealthCheck> check) {
        this(outliers, check, false);
    }
}
