/// HTTP/2 on the wire (RFC 9113, RFC 7541): frames, HPACK, flow control and the state of a connection and its
/// streams.
///
/// What lives here: codecs and a state machine over buffers, for both ends of a connection. What must not: channels,
/// routing, pools. Start reading at [io.heddle.proxy.http2.HpackDecoder].
@NullMarked
package io.heddle.proxy.http2;

import org.jspecify.annotations.NullMarked;
