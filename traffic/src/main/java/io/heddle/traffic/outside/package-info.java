/// What filters ask services outside the proxy, and what those answer.
///
/// What lives here: calls as values, so that a filter describes one and the proxy makes it. What must not:
/// how a call is made or what its messages look like, and what a filter does with an answer. Start reading
/// at [io.heddle.traffic.outside.OutsideCall].
@NullMarked
package io.heddle.traffic.outside;

import org.jspecify.annotations.NullMarked;
