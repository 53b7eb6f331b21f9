/// HTTP/2 on the wire (RFC 9113): frames, flow control and the state of a connection and its streams.
///
/// What lives here: codecs and a state machine over buffers, for both ends of a connection. Header blocks are coded in
/// `http2/hpack`, and what their fields make is judged in `http2/field`; neither knows a connection. What must not:
/// channels, routing, pools. Start reading at [io.heddle.proxy.http2.Http2Connection].
@NullMarked
package io.heddle.proxy.http2;

import org.jspecify.annotations.NullMarked;
