/// What keeps a failure small: circuit breaking, and work that is turned away when there is too much of it. Retries and
/// timeouts stand in `resilience/retry`, health checks and outlier detection in `resilience/health`.
///
/// What lives here: pure deciders that get time and chance as arguments. What must not: timers, connections. Start
/// reading at [io.heddle.traffic.resilience.CircuitBreaker].
@NullMarked
package io.heddle.traffic.resilience;

import org.jspecify.annotations.NullMarked;
