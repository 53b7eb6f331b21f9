/// Connections to hosts that are kept, and the streams that requests travel on.
///
/// What lives here: one pool of connections a host and event loop, for HTTP/1.1, HTTP/2, either by ALPN, and plain
/// bytes. What must not: balancing, checks, names. Start reading at
/// [io.heddle.proxy.upstream.pool.ConnectionPool].
@NullMarked
package io.heddle.proxy.upstream.pool;

import org.jspecify.annotations.NullMarked;
