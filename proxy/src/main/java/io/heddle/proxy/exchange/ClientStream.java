package io.heddle.proxy.exchange;

import io.heddle.proxy.http.EditedLines;
import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.HttpResponseHead;
import io.heddle.traffic.runtime.NetworkFilter;
import io.netty.buffer.ByteBuf;

/// The client's end of one request: where its answer goes, and what may be asked of the connection it came by. A
/// protocol makes of it what it can: HTTP/1.1 closes its connection where HTTP/2 resets a stream. Confined to its
/// event loop.
///
/// An answer is [#interim] any number of times, [#head], [#body] any number of times, [#end], or [#local]
/// alone, also after [#retract]; then [#done]. Nothing has to reach the client before [#flush].
public interface ClientStream {
    /// The name of the listener it came by.
    String listener();

    /// The HTTP settings of its chain as they are now.
    NetworkFilter.Http settings();

    /// Whether its requests are served even when the proxy is overloaded.
    boolean bypassesOverload();

    /// Stops or resumes reading the request's body.
    void read(boolean wanted);

    /// Whether bytes of the connection are being worked on, so that [HttpExchange#clientReadComplete] is still to come.
    boolean isReading();

    /// Whether more of the answer should be written now; if not, [HttpExchange#clientWritable] tells when.
    boolean isWritable();

    /// Writes and sends an interim response (1xx), for a client that knows such.
    void interim(HttpResponseHead head);

    /// Writes the head of an upstream's answer.
    ///
    /// @param head its status
    /// @param lines its header lines; framing is the protocol's own
    /// @param complete whether no body follows; [#end] comes all the same
    void head(HttpResponseHead head, EditedLines lines, boolean complete);

    /// Writes and sends the head of an answer that changes the protocol. From then on what the client sends comes as
    /// [HttpExchange#requestBody] and what [#body] gets goes to it as it is; [#end] ends that direction alone.
    void tunnel(HttpResponseHead head, EditedLines lines);

    /// Whether the client can be told that one direction of a tunnel has ended while the other goes on.
    boolean halfCloses();

    /// Writes a piece of the answer's body: data without framing. The stream owns it.
    void body(ByteBuf piece);

    /// The answer is complete.
    ///
    /// @param trailers what follows its body; no lines without. Those that may not be passed on are left out.
    void end(HeaderLines trailers);

    /// Sends what was written.
    void flush();

    /// Writes and sends a whole answer made here.
    ///
    /// @param status its status
    /// @param lines its header lines, `content-length` among them where it has one
    /// @param body its body; empty in answer to HEAD
    void local(int status, EditedLines lines, byte[] body);

    /// Takes the answer back, head and all, if none of it is on its way: then there may be another one.
    /// False when some of it is, or the protocol cannot; then nothing happens.
    boolean retract();

    /// Ends the answer so that the client sees that it is incomplete. What was not sent is forgotten. [#done] follows.
    void abort();

    /// A request has begun; [#done] follows.
    void begun();

    /// The exchange is over: the next request may come.
    void done();
}
