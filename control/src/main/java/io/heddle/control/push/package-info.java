/// From a publication to the proxies, and what became of it there.
///
/// What lives here: the connected proxies, the queue of pushes, the status board. What must not: protobuf, and anything
/// about how a mesh is built. Start reading at [io.heddle.control.push.ConnectedProxies].
@NullMarked
package io.heddle.control.push;

import org.jspecify.annotations.NullMarked;
