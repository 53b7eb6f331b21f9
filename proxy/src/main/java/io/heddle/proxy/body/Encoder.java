package io.heddle.proxy.body;

import io.netty.buffer.ByteBuf;

/// Compresses one body. Confined to its event loop.
interface Encoder {
    /// Compresses a piece, which stays the caller's; what is ready comes out.
    void encode(ByteBuf piece, Chunks out);

    /// Brings out all that was put in, so that the other side can read it.
    void flush(Chunks out);

    /// Brings out the rest and the end.
    void finish(Chunks out);

    /// Lets go of what it holds outside of the heap. May be called again.
    void close();
}
