/// Bodies on their way through filters: pieces in, pieces out.
///
/// What lives here: the contract of a change, the pipe of several, one class a change. What must not: requests, and
/// deciding what is changed, which filters do. Start reading at [io.heddle.proxy.body.BodyPipe].
@NullMarked
package io.heddle.proxy.body;

import org.jspecify.annotations.NullMarked;
