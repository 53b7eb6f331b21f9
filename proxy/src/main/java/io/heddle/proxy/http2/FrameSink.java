package io.heddle.proxy.http2;

import io.netty.buffer.ByteBuf;

/// Takes frames as they are read. What gives `false` ends the reading: the connection is over.
interface FrameSink {
    /// A whole frame of any type but DATA; its payload is the first `length` bytes of `payload`, valid during the
    /// call.
    boolean frame(int type, int flags, int stream, byte[] payload, int length);

    /// A DATA frame begins; `length` counts against flow control, padding included.
    boolean dataBegins(int flags, int stream, int length);

    /// A piece of its data, never empty. The sink owns it.
    void data(ByteBuf piece);

    /// The frame is complete, its padding too.
    boolean dataEnds();

    /// What came is no frame.
    void malformed(Http2Error error, String reason);
}
