/// What the proxy does when it is short of memory or connections, as Envoy's overload manager.
///
/// What lives here: how much of a resource is used, the thread that looks at it, and what event loops are told.
/// What must not: connections and requests; who has them asks. Start reading at
/// [io.heddle.proxy.overload.Overload].
@NullMarked
package io.heddle.proxy.overload;

import org.jspecify.annotations.NullMarked;
