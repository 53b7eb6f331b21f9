/// Clusters as the proxy uses them: hosts, balancers, breakers, and who is asked for a connection.
///
/// What lives here: [io.heddle.proxy.upstream.Upstreams], which knows every cluster and wires the packages below:
/// `name` finds hosts, `health` checks them over the pools of `pool`, and all three see `connect`, which opens
/// connections. What must not: routing, retries, anything of the client's side. Start reading at
/// [io.heddle.proxy.upstream.Upstreams].
@NullMarked
package io.heddle.proxy.upstream;

import org.jspecify.annotations.NullMarked;
