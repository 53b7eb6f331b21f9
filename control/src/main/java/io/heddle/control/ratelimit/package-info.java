/// Rate limits that all proxies of this control plane share.
///
/// What lives here: [io.heddle.control.ratelimit.SharedLimits], which counts, and
/// [io.heddle.control.ratelimit.LimitsSource], which keeps it up to date with files. What must not: gRPC,
/// and the format of files. Start reading at [io.heddle.control.ratelimit.SharedLimits].
@NullMarked
package io.heddle.control.ratelimit;

import org.jspecify.annotations.NullMarked;
