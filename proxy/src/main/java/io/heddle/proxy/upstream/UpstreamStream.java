package io.heddle.proxy.upstream;

import io.heddle.proxy.http1.BodyReader;
import io.netty.buffer.ByteBuf;

/// One request's way to its host, and the answer's way back. Confined to its event loop.
public interface UpstreamStream {
    /// Writes the request's head.
    ///
    /// @param head its bytes
    /// @param bodiless whether the answer has no body whatever it says (HEAD)
    /// @param keepChunks whether a chunked answer is handed on with its chunk framing
    void send(ByteBuf head, boolean bodiless, boolean keepChunks);

    /// Writes a piece of the request's body, framed as its head says.
    void body(ByteBuf piece);

    /// The request is complete.
    void end();

    /// Sends what was written.
    void flush();

    /// Whether more should be written now; if not, [UpstreamListener#writable] tells when.
    boolean isWritable();

    /// Stops or resumes reading the answer.
    void read(boolean wanted);

    /// Gives up: the listener hears nothing more.
    void cancel();

    /// Whether the connection served a request before this one.
    boolean reused();

    /// Whether the host has proven who it is, and we have.
    boolean mutualTls();

    /// How the answer's body ends; known once its head came.
    BodyReader.Framing framing();
}
