/// What is told of requests: metrics, access log.
///
/// What lives here: the timeline of a request and what it feeds. What must not: decisions. Start reading at
/// [io.heddle.proxy.observe.RequestTimeline].
@NullMarked
package io.heddle.proxy.observe;

import org.jspecify.annotations.NullMarked;
