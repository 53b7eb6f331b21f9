/// Calls to services outside on behalf of requests whose filters want something known.
///
/// What lives here: [io.heddle.proxy.outside.OutsideWait], a request's wait for an answer. What must not:
/// what a filter asks and what it does with an answer, which is the filter's; what the messages look like.
/// Start reading at [io.heddle.proxy.outside.OutsideWait].
@NullMarked
package io.heddle.proxy.outside;

import org.jspecify.annotations.NullMarked;
