package io.heddle.proxy.upstream.pool;

import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.OutgoingRequest;
import io.heddle.proxy.observe.ConnectionFacts;
import io.netty.buffer.ByteBuf;

/// One request's way to its host, and the answer's way back, whatever protocol is spoken there. Confined to its event
/// loop.
public interface UpstreamStream {
    /// Writes the request's head, before this returns.
    void send(OutgoingRequest request);

    /// Writes a piece of the request's body: data without framing. The stream owns it.
    void body(ByteBuf piece);

    /// The request is complete.
    ///
    /// @param trailers what follows the body; no lines without. Those that no protocol may pass on are left out.
    void end(HeaderLines trailers);

    /// Whether the host can be told, with [#end], that one direction of a tunnel has ended while the other goes on. If
    /// not, [#end] ends both, and the listener hears nothing more.
    boolean halfCloses();

    /// Sends what was written.
    void flush();

    /// Whether more should be written now; if not, [UpstreamListener#writable] tells when.
    boolean isWritable();

    /// Stops or resumes reading the answer.
    void read(boolean wanted);

    /// Gives up: the listener hears nothing more.
    void cancel();

    /// What is spoken, as [io.heddle.proxy.http.HttpVersion#text]; empty for bytes of any kind.
    String protocol();

    /// What is known of the connection.
    ConnectionFacts facts();

    /// Whether the connection served a request before this one.
    boolean reused();

    /// Whether the host has proven who it is, and we have.
    boolean mutualTls();
}
