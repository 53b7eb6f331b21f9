package io.heddle.proxy.body;

import io.netty.buffer.ByteBuf;

/// Takes what a coder makes.
@FunctionalInterface
interface Chunks {
    /// Takes a chunk, which is its own from then on; whether more is wanted.
    boolean take(ByteBuf chunk);
}
