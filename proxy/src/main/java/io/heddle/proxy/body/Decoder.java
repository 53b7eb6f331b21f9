package io.heddle.proxy.body;

import io.netty.buffer.ByteBuf;

/// Makes one compressed body plain. Confined to its event loop.
interface Decoder {
    /// Decompresses a piece, which stays the caller's, until the output wants no more; false when it is malformed.
    boolean decode(ByteBuf piece, Chunks out);

    /// Whether the body may end here.
    boolean isComplete();

    /// Lets go of what it holds outside of the heap. May be called again.
    void close();
}
