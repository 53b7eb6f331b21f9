/// Clusters as the proxy uses them: hosts, balancers, breakers, and the connections to them.
///
/// What lives here: [io.heddle.proxy.upstream.Upstreams], one pool of connections a host and event loop, the stream a
/// request travels on. What must not: routing, retries, anything of the client's side. Start reading at
/// [io.heddle.proxy.upstream.Upstreams].
@NullMarked
package io.heddle.proxy.upstream;

import org.jspecify.annotations.NullMarked;
