/// Rate limits without their filters: what a request is counted as, and the buckets that it is counted in.
///
/// What lives here: descriptors and the actions of routes that make them, token buckets, the place where a proxy keeps
/// them. What must not: routes and filters, which use these; a clock. Start reading at
/// [io.heddle.traffic.ratelimit.LocalLimits].
@NullMarked
package io.heddle.traffic.ratelimit;

import org.jspecify.annotations.NullMarked;
