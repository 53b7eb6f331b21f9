package io.heddle.proxy.upstream.pool;

import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.HttpResponseHead;
import io.heddle.proxy.http2.Http2Error;
import io.heddle.proxy.upstream.connect.UpstreamFailure;
import io.netty.buffer.ByteBuf;

/// Who waits for an upstream's answer. Called on its event loop; after [#failed] or [#end] nothing more comes.
public interface UpstreamListener {
    /// A stream is there.
    void ready(UpstreamStream stream);

    /// There is no answer, or no more of it.
    void failed(UpstreamFailure failure);

    /// The host reset the stream over HTTP/2, for this reason; [#failed] follows.
    default void reset(Http2Error error) {}

    /// No connection could be made, for this reason; [#failed] follows.
    default void unreachable(Throwable cause) {}

    /// An interim response (1xx) came.
    void interim(HttpResponseHead head);

    /// The response's head came. Valid until [#end].
    ///
    /// @param complete whether no body follows; [#end] comes all the same
    void head(HttpResponseHead head, boolean complete);

    /// A piece of the body came: data without framing. The listener owns it.
    void body(ByteBuf piece);

    /// The response is complete.
    ///
    /// @param trailers what followed its body; no lines without. Valid within the call.
    void end(HeaderLines trailers);

    /// All that could be read has been read: what was written in answer to it can be flushed.
    void readComplete();

    /// The upstream takes bytes again.
    void writable();
}
