package io.heddle.proxy.http2;

/// Whose connection it is. Called on its event loop.
public interface Http2Owner {
    /// A stream is used for the first time, for a request of the peer: who listens to it. Streams are reused when
    /// both sides are done with them, with their listener.
    Http2StreamListener listener(Http2Stream stream);

    /// The peer's settings are known, or have changed.
    void settled();

    /// The peer takes no new streams on this connection.
    void goingAway();

    /// A stream has ended; there may be none left.
    void streamClosed();

    /// A listener is not used again, as its stream is not.
    void discarded(Http2StreamListener listener);

    /// The peer broke a rule or a limit; the connection is ending.
    ///
    /// @param error the code told to it
    /// @param reason in words
    void failed(Http2Error error, String reason);

    /// The peer overdid something; [#failed] follows.
    void flooded(Flood flood);
}
