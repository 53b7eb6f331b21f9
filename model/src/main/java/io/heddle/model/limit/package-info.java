/// Rate limits that many proxies share: what a limits file says.
///
/// What lives here: limits by domain and descriptor, as records. What must not: counting, files. Start
/// reading at [io.heddle.model.limit.LimitDomain].
@NullMarked
package io.heddle.model.limit;

import org.jspecify.annotations.NullMarked;
