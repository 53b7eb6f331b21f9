package io.heddle.proxy.body;

import io.heddle.proxy.http.HeaderLines;
import io.netty.buffer.ByteBuf;

/// One change of one body: it gets pieces and gives pieces on, as many and as large as it likes, within the call or
/// later. Confined to its event loop; closed in every case, also within a call to its output.
public interface BodyTransform {
    /// Takes a piece, which is its own from then on.
    void piece(ByteBuf piece, BodyOutput out);

    /// The sender pauses: what it has sent should get through, as far as the change allows.
    void pause(BodyOutput out);

    /// The body is complete.
    void end(HeaderLines trailers, BodyOutput out);

    /// Whether it holds so much that no more should come in for now; it tells [BodyOutput#moved] then.
    boolean isFull();

    /// Lets go of everything; nothing is called afterwards.
    void close();
}
