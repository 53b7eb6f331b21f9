/// Which hosts are well: active health checks, outlier detection, and hosts that cannot be reached.
///
/// What lives here: policies, and what the results of checks and requests change in a host's state. What must not:
/// probes and timers. Start reading at [io.heddle.traffic.resilience.health.OutlierDetector].
@NullMarked
package io.heddle.traffic.resilience.health;

import org.jspecify.annotations.NullMarked;
