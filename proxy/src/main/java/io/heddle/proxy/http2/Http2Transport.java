package io.heddle.proxy.http2;

import io.netty.buffer.ByteBuf;

/// What carries a connection's bytes. Used on one event loop.
public interface Http2Transport {
    /// A buffer to write into.
    ByteBuf buffer(int capacity);

    /// Writes bytes, which the transport owns then, without sending them yet.
    void write(ByteBuf bytes);

    /// Sends what was written.
    void flush();

    /// Whether it should take more, or has enough that is not sent.
    boolean isWritable();

    /// Calls [Http2Connection#flush] at the end of the event loop's turn. Called at most once until then.
    void flushSoon();

    /// Ends the transport when what was written is sent.
    void close();

    /// The monotonic clock when the current event began, nanoseconds.
    long now();
}
