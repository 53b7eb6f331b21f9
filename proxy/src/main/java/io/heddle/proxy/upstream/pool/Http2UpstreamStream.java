package io.heddle.proxy.upstream.pool;

import io.heddle.proxy.http.HeadResult;
import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.HttpResponseHead;
import io.heddle.proxy.http.HttpVersion;
import io.heddle.proxy.http.OutgoingRequest;
import io.heddle.proxy.http2.Http2Error;
import io.heddle.proxy.http2.Http2HeadWriter;
import io.heddle.proxy.http2.Http2Stream;
import io.heddle.proxy.http2.Http2StreamListener;
import io.heddle.proxy.observe.ConnectionFacts;
import io.heddle.proxy.upstream.connect.UpstreamFailure;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// One request on an HTTP/2 connection to a host. Confined to its event loop.
final class Http2UpstreamStream implements UpstreamStream {
    private static final int SWITCHING_PROTOCOLS = 101;

    private final Http2HostConnection connection;
    private final boolean first;
    private final Answers answers = new Answers();
    private final Http2Stream stream;
    private @Nullable UpstreamListener listener;
    private String upgrade = "";
    private String proof = "";
    private @Nullable InterimAnswers interims;
    private boolean answered;
    private boolean tunnelling;
    private boolean requestEnded;
    private boolean hostEnded;
    private boolean touched;

    /// Takes on the request of `listener`; `first` tells that the connection had none before.
    Http2UpstreamStream(Http2HostConnection connection, UpstreamListener listener, boolean first) {
        this.connection = connection;
        this.listener = listener;
        this.first = first;
        this.stream = connection.open(answers);
    }

    /// Tells the listener that all that could be read has been read.
    void readComplete() {
        touched = false;
        if (listener != null) {
            listener.readComplete();
        }
    }

    private void touch() {
        answered = true;
        if (!touched && connection.isReading()) {
            touched = true;
            connection.touched(this);
        }
    }

    @Override
    public void send(OutgoingRequest request) {
        upgrade = request.upgrade();
        proof = WebSocketHandshake.toHttp2(request);
        Http2HeadWriter.request(stream, request);
    }

    @Override
    public void body(ByteBuf piece) {
        stream.data(piece);
    }

    @Override
    public void end(HeaderLines trailers) {
        requestEnded = true;
        stream.end(trailers);
        if (hostEnded) {
            listener = null;
            stream.release();
        }
    }

    @Override
    public boolean halfCloses() {
        return true;
    }

    @Override
    public void flush() {
        // What was written is sent at the end of the event loop's turn.
    }

    @Override
    public boolean isWritable() {
        return stream.isWritable();
    }

    @Override
    public void read(boolean wanted) {
        // What waited may go on outside of a read: then nobody else says that this is all for now.
        if (stream.read(wanted) && !connection.isReading()) {
            readComplete();
        }
    }

    @Override
    public void cancel() {
        listener = null;
        if (!connection.lost()) {
            connection.wasReset(true);
        }
        stream.reset(Http2Error.CANCEL);
        stream.release();
    }

    @Override
    public String protocol() {
        return HttpVersion.HTTP_2.text();
    }

    @Override
    public ConnectionFacts facts() {
        return connection.facts();
    }

    @Override
    public boolean reused() {
        return !first;
    }

    @Override
    public boolean mutualTls() {
        return connection.mutualTls();
    }

    private void fail(UpstreamFailure failure) {
        var current = listener;
        listener = null;
        stream.release();
        if (current != null) {
            current.failed(failure);
        }
    }

    /// What the host sends.
    private final class Answers implements Http2StreamListener {
        @Override
        public void head(boolean complete) {
            touch();
            if (listener != null) {
                listener.head(answer(complete), complete);
            }
        }

        /// The head; to a request for another protocol, 200 means what 101 means to HTTP/1.1 (RFC 8441, section 5).
        private HttpResponseHead answer(boolean complete) {
            var head = stream.response();
            tunnelling = !upgrade.isEmpty() && !complete && head.status() >= 200 && head.status() < 300;
            if (tunnelling && !upgrade.equals(OutgoingRequest.CONNECT)) {
                head.status(SWITCHING_PROTOCOLS);
                if (!proof.isEmpty()) {
                    WebSocketHandshake.prove(head, proof);
                }
            }
            return head;
        }

        @Override
        public void refused(HeadResult result) {
            throw new IllegalStateException("only requests are refused");
        }

        @Override
        public void interim() {
            touch();
            if (!mayComeInterim()) {
                connection.tooManyInterims();
            } else if (listener != null
                    && InterimAnswers.isPassedOn(stream.response().status())) {
                listener.interim(stream.response());
            }
        }

        private boolean mayComeInterim() {
            if (interims == null) {
                interims = new InterimAnswers();
                interims.start(connection.now());
            }
            return interims.mayCome(connection.now());
        }

        @Override
        public void data(ByteBuf piece) {
            touch();
            if (listener == null) {
                piece.release();
            } else {
                listener.body(piece);
            }
        }

        @Override
        public void end(HeaderLines trailers) {
            touch();
            var current = listener;
            if (tunnelling && !requestEnded && current != null) {
                hostEnded = true;
                current.end(trailers);
                return;
            }
            listener = null;
            if (current != null) {
                current.end(trailers);
            }
            stream.stopSending();
            stream.release();
        }

        @Override
        public void reset(Http2Error error, boolean processed) {
            if (listener != null && !connection.lost()) {
                listener.reset(error);
            }
            fail(failure(error, processed));
        }

        private UpstreamFailure failure(Http2Error error, boolean processed) {
            if (!processed) {
                return UpstreamFailure.REFUSED;
            }
            if (connection.faulty()) {
                return UpstreamFailure.MALFORMED;
            }
            if (connection.lost()) {
                return answered ? UpstreamFailure.RESET_IN_RESPONSE : UpstreamFailure.RESET_BEFORE_RESPONSE;
            }
            boolean malformed = error == Http2Error.PROTOCOL_ERROR || error == Http2Error.FLOW_CONTROL_ERROR;
            connection.wasReset(malformed);
            if (malformed) {
                return UpstreamFailure.MALFORMED;
            }
            return answered ? UpstreamFailure.STREAM_RESET_IN_RESPONSE : UpstreamFailure.STREAM_RESET;
        }

        @Override
        public void writable() {
            if (listener != null) {
                listener.writable();
            }
        }
    }
}
