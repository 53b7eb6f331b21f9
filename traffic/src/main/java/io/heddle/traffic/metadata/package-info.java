/// What filters find out about a request and leave for those after them, for routes, access rules and logs: dynamic
/// metadata and filter state, as Envoy's streams have them.
///
/// What lives here: the request's own state, and what it is asked. What must not: who sets it, and why. Start reading
/// at [io.heddle.traffic.metadata.RequestState].
@NullMarked
package io.heddle.traffic.metadata;

import org.jspecify.annotations.NullMarked;
