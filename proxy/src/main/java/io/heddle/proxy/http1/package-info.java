/// HTTP/1.1 on the wire: bytes to heads and bodies, and back (RFC 9112).
///
/// What lives here: strict parsers over byte arrays and buffers, and the writers of heads and bodies. What must
/// not: routing, the life of connections. Start reading at [io.heddle.proxy.http1.Http1RequestReader].
@NullMarked
package io.heddle.proxy.http1;

import org.jspecify.annotations.NullMarked;
