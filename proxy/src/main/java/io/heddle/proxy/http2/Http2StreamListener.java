package io.heddle.proxy.http2;

import io.heddle.proxy.http.HeadResult;
import io.heddle.proxy.http.HeaderLines;
import io.netty.buffer.ByteBuf;

/// Who listens to a stream. Called on its event loop; after [#end] or [#reset] nothing more comes from the peer.
public interface Http2StreamListener {
    /// The head came: [Http2Stream#request] or [Http2Stream#response].
    ///
    /// @param complete whether no body follows; [#end] comes all the same
    void head(boolean complete);

    /// The request's head is well-formed but larger than allowed; nothing more is heard of it.
    void refused(HeadResult result);

    /// An interim response came: [Http2Stream#response], valid during the call.
    void interim();

    /// A piece of the body. The listener owns it.
    void data(ByteBuf piece);

    /// The message is complete.
    ///
    /// @param trailers none when it has no lines; valid during the call
    void end(HeaderLines trailers);

    /// The stream is over before both sides were done. The stream takes nothing more.
    ///
    /// @param error why
    /// @param processed whether the peer may have acted on the request
    void reset(Http2Error error, boolean processed);

    /// The peer takes data again.
    void writable();
}
