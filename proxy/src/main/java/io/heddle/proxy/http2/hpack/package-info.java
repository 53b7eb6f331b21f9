/// HPACK (RFC 7541): header blocks to fields and back, with the tables and the Huffman code.
///
/// What lives here: an encoder and a decoder over arrays of bytes, and which field a name is, found out once for each
/// entry of a table. What must not: frames, connections, and what a request or a response may consist of. Start
/// reading at [io.heddle.proxy.http2.hpack.HpackDecoder].
@NullMarked
package io.heddle.proxy.http2.hpack;

import org.jspecify.annotations.NullMarked;
