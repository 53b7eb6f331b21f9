package io.heddle.proxy.http2;

import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.proxy.http.HttpResponseHead;
import io.heddle.proxy.http2.hpack.HpackEncoder;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// One stream of a connection: a request and its answer (RFC 9113, section 5). Confined to its event loop.
///
/// Used again for another one when both the protocol and its listener are done with it ([#release]). What is received
/// while nobody wants it waits here, and the peer gets no more window for it; what is sent waits here while the peer
/// or the transport takes none. Both waits are bounded: the first by the window, the second by writers that ask
/// [#isWritable].
public final class Http2Stream {
    private static final int ENOUGH_QUEUED = 32 * 1024;
    private static final int MAX_GROWN_WINDOW = 1024 * 1024;
    private static final HeaderLines NO_TRAILERS = HeaderLines.EMPTY;

    private final Http2Connection connection;
    private @Nullable HttpRequestHead request;
    private @Nullable HttpResponseHead response;
    private @Nullable Http2StreamListener listener;

    int id;
    boolean opened;
    boolean closed;
    boolean aborted;
    boolean released;
    boolean localEnded;
    boolean remoteEnded;

    // Receiving.
    final PieceQueue in = new PieceQueue();
    boolean headReceived;
    boolean headSent;
    boolean bodiless;
    long expected;
    long receivedBytes;
    int window;
    int receivable;
    int consumed;
    private @Nullable HeaderLines trailers;
    private boolean paused;
    private boolean endWaits;
    private boolean delivering;

    // Sending.
    final PieceQueue out = new PieceQueue();
    long sendWindow;
    boolean scheduled;
    boolean endWanted;
    boolean writableWanted;

    @Nullable
    HeaderLines trailersOut;

    boolean resetAfterEnd;
    long flagsBatch;
    int flagsAt;
    long progressAt;

    Http2Stream(Http2Connection connection) {
        this.connection = connection;
    }

    /// Takes up a new request.
    void open(int newId, int receiveWindow, long peerWindow) {
        id = newId;
        opened = true;
        closed = false;
        aborted = false;
        released = false;
        localEnded = false;
        remoteEnded = false;
        headReceived = false;
        headSent = false;
        bodiless = false;
        expected = -1;
        receivedBytes = 0;
        window = receiveWindow;
        receivable = receiveWindow;
        consumed = 0;
        paused = false;
        endWaits = false;
        sendWindow = peerWindow;
        scheduled = false;
        endWanted = false;
        writableWanted = false;
        trailersOut = null;
        resetAfterEnd = false;
        flagsBatch = -1;
    }

    /// Its number on the connection.
    public int id() {
        return id;
    }

    /// Its connection.
    public Http2Connection connection() {
        return connection;
    }

    /// The request's head, for a stream that the peer opened.
    public HttpRequestHead request() {
        if (request == null) {
            request = new HttpRequestHead();
        }
        return request;
    }

    /// The response's head, for a stream that we opened.
    public HttpResponseHead response() {
        if (response == null) {
            response = new HttpResponseHead();
        }
        return response;
    }

    /// Whether the peer has sent all it will.
    public boolean remoteEnded() {
        return remoteEnded;
    }

    /// Whether the stream is over for both sides.
    public boolean closed() {
        return closed;
    }

    /// Who hears of it from now on.
    public void listener(Http2StreamListener next) {
        listener = next;
    }

    Http2StreamListener listener() {
        if (listener == null) {
            throw new IllegalStateException("the stream has no listener");
        }
        return listener;
    }

    boolean hasListener() {
        return listener != null;
    }

    HeaderLines trailers() {
        if (trailers == null) {
            trailers = new HeaderLines();
        }
        return trailers;
    }

    /// Begins a header block: the encoder takes its fields, then comes [#head] or [#interim].
    public HpackEncoder fields() {
        return connection.outbound().beginFields();
    }

    /// Sends the fields as an interim response.
    public void interim() {
        if (!closed && !localEnded) {
            connection.outbound().headers(this, false);
        }
    }

    /// Sends the fields as the head; `complete` when nothing follows it.
    public void head(boolean complete) {
        if (closed || localEnded) {
            return;
        }
        connection.outbound().headers(this, complete);
        if (complete) {
            endedHere();
        }
    }

    /// Sends a piece of the body, which the stream owns then.
    public void data(ByteBuf piece) {
        if (closed || localEnded || endWanted || !piece.isReadable()) {
            piece.release();
            return;
        }
        if (!connection.outbound().sendNow(this, piece)) {
            out.add(piece);
            connection.outbound().push(this);
            writableWanted |= !isWritable();
        }
    }

    /// Sends the end, and before it `ending`, unless that has no lines. They are encoded before this returns, or
    /// kept.
    public void end(HeaderLines ending) {
        if (closed || localEnded || endWanted) {
            return;
        }
        endWanted = true;
        if (ending.count() > 0) {
            trailersOut = ending;
        }
        connection.outbound().push(this);
        if (trailersOut != null && !localEnded) {
            trailersOut = ending.copy();
        }
    }

    /// Whether more should be sent now; if not, [Http2StreamListener#writable] tells when.
    public boolean isWritable() {
        return out.bytes() < ENOUGH_QUEUED;
    }

    /// Gives the stream up; nothing more is heard of it. No effect when it is over.
    public void reset(Http2Error error) {
        if (!opened || aborted) {
            return;
        }
        aborted = true;
        if (closed) {
            discard();
        } else {
            connection.reset(this, error);
        }
    }

    /// The answer is complete, and the rest of the request is not wanted: it is told so when all is sent.
    public void stopRequest() {
        if (closed || remoteEnded) {
            return;
        }
        if (localEnded) {
            reset(Http2Error.NO_ERROR);
        } else {
            resetAfterEnd = true;
        }
    }

    /// The answer is complete, and the rest of our request is not wanted.
    public void stopSending() {
        if (!localEnded && !endWanted) {
            reset(Http2Error.CANCEL);
        }
    }

    /// The listener is done with the stream.
    public void release() {
        if (opened && !released) {
            released = true;
            connection.recycle(this);
        }
    }

    /// Stops or resumes handing on what is received. Tells whether something that waited was handed on: who resumes
    /// outside of a read must say then that this is all for now.
    public boolean read(boolean wanted) {
        paused = !wanted;
        return deliver();
    }

    /// Whether the listener is still to hear of it.
    boolean isHeard() {
        return opened && !aborted && !released;
    }

    /// A piece has been received.
    void received(ByteBuf piece) {
        if (!isHeard()) {
            piece.release();
        } else if (paused || !in.isEmpty()) {
            connection.waits(piece.readableBytes());
            in.add(piece);
        } else {
            consumed += piece.readableBytes();
            listener().data(piece);
        }
    }

    /// The end has been received.
    void receivedEnd() {
        endWaits = true;
        deliver();
    }

    /// Not entered twice: a piece that is being worked on goes before the next one.
    private boolean deliver() {
        if (delivering) {
            return false;
        }
        delivering = true;
        boolean some = false;
        while (!paused && isHeard() && !in.isEmpty()) {
            var piece = in.take(Integer.MAX_VALUE);
            consumed += piece.readableBytes();
            connection.waits(-piece.readableBytes());
            listener().data(piece);
            some = true;
        }
        if (endWaits && !paused && isHeard() && in.isEmpty()) {
            endWaits = false;
            listener().end(trailers == null ? NO_TRAILERS : trailers);
            some = true;
        }
        delivering = false;
        credit();
        return some;
    }

    /// Gives the peer window for what was consumed, and more of it when all that came was taken at once.
    void credit() {
        if (remoteEnded || closed || aborted || consumed < window / 2) {
            return;
        }
        int growth = 0;
        if (in.isEmpty() && window < MAX_GROWN_WINDOW) {
            growth = connection.growth(window);
        }
        int more = consumed + growth;
        window += growth;
        receivable += more;
        consumed = 0;
        connection.outbound().windowUpdate(id, more);
    }

    /// Our side is complete.
    void endedHere() {
        localEnded = true;
        if (remoteEnded) {
            connection.close(this);
        } else if (resetAfterEnd) {
            reset(Http2Error.NO_ERROR);
        }
    }

    /// Forgets what waits.
    void discard() {
        if (!in.isEmpty()) {
            connection.waits(-in.bytes());
            in.clear();
        }
        out.clear();
        trailersOut = null;
        if (trailers != null) {
            trailers.clear();
        }
    }
}
