package io.heddle.proxy.body;

import io.heddle.proxy.http.HeaderLines;
import io.netty.buffer.ByteBuf;

/// Where a body goes next: to another change, or out of the pipe. Confined to its event loop.
public interface BodyOutput {
    /// Takes a piece, which is its own from then on.
    void piece(ByteBuf piece);

    /// The body is complete.
    ///
    /// @param trailers what follows it; no lines without. Valid as long as those that came in.
    void end(HeaderLines trailers);

    /// The body is not what it should be, and ends here; `details` name the fault for logs.
    void fault(String details);

    /// Something was let go outside of a call: what was written is to be sent, and more may come in.
    void moved();
}
