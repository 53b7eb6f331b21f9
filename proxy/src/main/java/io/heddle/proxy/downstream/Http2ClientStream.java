package io.heddle.proxy.downstream;

import io.heddle.proxy.exchange.ClientStream;
import io.heddle.proxy.exchange.HttpExchange;
import io.heddle.proxy.http.EditedLines;
import io.heddle.proxy.http.HeadResult;
import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.HttpResponseHead;
import io.heddle.proxy.http.LineKind;
import io.heddle.proxy.http2.Http2Error;
import io.heddle.proxy.http2.Http2HeadWriter;
import io.heddle.proxy.http2.Http2Stream;
import io.heddle.proxy.http2.Http2StreamListener;
import io.heddle.proxy.loop.Worker;
import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.traffic.runtime.NetworkFilter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/// One request on a client's HTTP/2 connection: carries it to its exchange and the answer back. Used again with its
/// stream.
final class Http2ClientStream implements ClientStream {
    private static final int LENGTH = LineKind.bit(LineKind.CONTENT_LENGTH);
    private static final int NO_CONTENT = 204;

    private final Http2Handler connection;
    private final Worker worker;
    private final Http2Stream stream;
    private @Nullable HttpExchange exchange;
    private final Requests requests = new Requests();
    private boolean touched;
    private boolean offering;
    private boolean tunnelling;

    Http2ClientStream(Http2Handler connection, Worker worker, Http2Stream stream) {
        this.connection = connection;
        this.worker = worker;
        this.stream = stream;
    }

    /// Its exchange, once.
    void exchange(HttpExchange own) {
        exchange = own;
    }

    private HttpExchange exchange() {
        if (exchange == null) {
            throw new IllegalStateException("a stream without exchange");
        }
        return exchange;
    }

    /// Who hears of the requests.
    Http2StreamListener requests() {
        return requests;
    }

    /// Notes that it is to be told when all that was read is worked on; whether that is new.
    boolean touch() {
        boolean fresh = !touched;
        touched = true;
        return fresh;
    }

    void readComplete() {
        touched = false;
        exchange().clientReadComplete();
    }

    /// Whether `listener` is its own; its exchange ends then.
    @SuppressWarnings("ReferenceEquality") // Asks for the same object.
    boolean hears(Http2StreamListener listener) {
        boolean own = requests == listener;
        if (own) {
            close();
        }
        return own;
    }

    /// It is not used any more.
    void close() {
        exchange().close();
    }

    @Override
    public String listener() {
        return connection.listener();
    }

    @Override
    public boolean bypassesOverload() {
        return connection.bypassesOverload();
    }

    @Override
    public NetworkFilter.Http settings() {
        return connection.settings();
    }

    /// Nothing that follows the offer of another protocol is read before the host has agreed.
    @Override
    public void read(boolean wanted) {
        if (offering) {
            return;
        }
        // What waited may go on outside of a read: then nobody else says that this is all for now.
        if (stream.read(wanted) && !connection.isReading(this)) {
            exchange().clientReadComplete();
        }
    }

    @Override
    public boolean isReading() {
        return connection.isReading(this);
    }

    @Override
    public boolean isWritable() {
        return stream.isWritable();
    }

    @Override
    public void interim(HttpResponseHead head) {
        var lines = worker.editedLines().received(head.lines(), LENGTH);
        Http2HeadWriter.interim(stream, head.status(), lines);
    }

    @Override
    public void head(HttpResponseHead head, EditedLines lines, boolean complete) {
        if (head.status() == NO_CONTENT) {
            lines.drop(LENGTH);
        }
        Http2HeadWriter.response(stream, head.status(), lines, false);
    }

    /// A tunnel by extended CONNECT begins with 200, whatever the host's protocol says (RFC 8441, section 5).
    @Override
    public void tunnel(HttpResponseHead head, EditedLines lines) {
        lines.drop(LENGTH);
        Http2HeadWriter.response(stream, head.status() == 101 ? 200 : head.status(), lines, false);
        offering = false;
        tunnelling = true;
        connection.counted().upgraded();
        read(true);
    }

    @Override
    public boolean halfCloses() {
        return true;
    }

    @Override
    public void body(ByteBuf piece) {
        stream.data(piece);
    }

    @Override
    public void end(HeaderLines trailers) {
        stream.end(trailers);
    }

    @Override
    public void flush() {
        // What was written is sent at the end of the event loop's turn.
    }

    @Override
    public void local(int status, EditedLines lines, byte[] body) {
        Http2HeadWriter.response(stream, status, lines, body.length == 0);
        if (body.length > 0) {
            stream.data(Unpooled.wrappedBuffer(body));
            stream.end(HeaderLines.EMPTY);
        }
    }

    /// A head changes the state of the header compression as it is written.
    @Override
    public boolean retract() {
        return false;
    }

    @Override
    public void abort() {
        stream.reset(Http2Error.INTERNAL_ERROR);
    }

    @Override
    public void begun() {
        connection.counted().begun();
    }

    @Override
    public void done() {
        connection.counted().done(tunnelling);
        tunnelling = false;
        stream.stopRequest();
        stream.release();
    }

    /// Carries what is received to the exchange.
    private final class Requests implements Http2StreamListener {
        private boolean whole;

        @Override
        public void head(boolean complete) {
            whole = complete;
            offering = !complete && !stream.request().upgrade().isEmpty();
            if (offering) {
                stream.read(false);
            }
            connection.opened();
            connection.isReading(Http2ClientStream.this);
            exchange().begin(stream.request(), complete);
        }

        @Override
        public void refused(HeadResult result) {
            whole = true;
            offering = false;
            connection.opened();
            var text = "malformed request: " + result.reason() + "\n";
            var answer = LocalReply.malformed(result.status(), text, "http2.codec_error{too_large}");
            exchange().refuse(stream.request(), answer);
        }

        @Override
        public void interim() {
            throw new IllegalStateException("a client sends no interim responses");
        }

        @Override
        public void data(ByteBuf piece) {
            connection.isReading(Http2ClientStream.this);
            exchange().requestBody(piece);
        }

        @Override
        public void end(HeaderLines trailers) {
            if (!whole) {
                whole = true;
                connection.isReading(Http2ClientStream.this);
                exchange().requestEnded(trailers);
            }
        }

        @Override
        public void reset(Http2Error error, boolean processed) {
            exchange().clientGone(ResponseFlag.DOWNSTREAM_CONNECTION_TERMINATION);
        }

        @Override
        public void writable() {
            exchange().clientWritable(true);
        }
    }
}
