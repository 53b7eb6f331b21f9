package io.heddle.proxy.http1;

import io.netty.buffer.ByteBuf;

/// Takes pieces of a body as they come.
@FunctionalInterface
public interface BodySink {
    /// The next piece. The sink owns it and releases it.
    void piece(ByteBuf piece);
}
