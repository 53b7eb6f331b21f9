/// Timeouts, retries, circuit breaking, outlier detection, health checks: what keeps a failure small.
///
/// What lives here: pure deciders that get time and chance as arguments. What must not: timers, connections. Start
/// reading at [io.heddle.traffic.resilience.RetryDecider].
@NullMarked
package io.heddle.traffic.resilience;

import org.jspecify.annotations.NullMarked;
