/// HTTP/1.1 on the wire: bytes to heads and bodies, and back (RFC 9112).
///
/// What lives here: strict parsers over byte arrays and buffers, and the writer of heads. What must not: channels,
/// routing, connections. Start reading at [io.heddle.proxy.http1.Http1RequestReader].
@NullMarked
package io.heddle.proxy.http1;

import org.jspecify.annotations.NullMarked;
