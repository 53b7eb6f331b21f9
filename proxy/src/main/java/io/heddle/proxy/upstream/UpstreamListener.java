package io.heddle.proxy.upstream;

import io.heddle.proxy.http.HttpResponseHead;
import io.netty.buffer.ByteBuf;

/// Who waits for an upstream's answer. Called on its event loop; after [#failed] or [#end] nothing more comes.
public interface UpstreamListener {
    /// A connection is there.
    void ready(UpstreamStream stream);

    /// There is no answer, or no more of it.
    void failed(UpstreamFailure failure);

    /// An interim response (1xx) came.
    void interim(HttpResponseHead head);

    /// The response's head came. Valid until [#end].
    void head(HttpResponseHead head, UpstreamStream stream);

    /// A piece of the body came; the listener owns it.
    void body(ByteBuf piece);

    /// The response is complete.
    void end();

    /// All that could be read has been read: what was written in answer to it can be flushed.
    void readComplete();

    /// The upstream takes bytes again.
    void writable();
}
