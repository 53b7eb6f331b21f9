/// Opening a connection to a host.
///
/// What lives here: the host as it is connected to ([io.heddle.proxy.upstream.connect.UpstreamTarget]), its addresses
/// and the race between them, sockets and their sources, TLS, PROXY headers, and why one failed. What must not:
/// streams, pools, clusters as a whole. Start reading at [io.heddle.proxy.upstream.connect.RawConnector].
@NullMarked
package io.heddle.proxy.upstream.connect;

import org.jspecify.annotations.NullMarked;
