/// Which hosts are well: active health checks, and what outlier detection and both tell of it.
///
/// What lives here: checks and their probes, over the pools that requests use; events and their files. What must not:
/// the decisions, which are made in `traffic`. Start reading at [io.heddle.proxy.upstream.health.HealthChecks].
@NullMarked
package io.heddle.proxy.upstream.health;

import org.jspecify.annotations.NullMarked;
