/// The sidecar's data plane, wired in the order in which it starts.
///
/// What lives here: [io.heddle.proxy.Proxy] and its options. What must not: anything that one of the packages below can
/// do itself. Start reading at [io.heddle.proxy.Proxy].
@NullMarked
package io.heddle.proxy;

import org.jspecify.annotations.NullMarked;
