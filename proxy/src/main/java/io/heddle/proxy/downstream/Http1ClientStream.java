package io.heddle.proxy.downstream;

import io.heddle.proxy.exchange.ClientStream;
import io.heddle.proxy.http.EditedLines;
import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.proxy.http.HttpResponseHead;
import io.heddle.proxy.http.LineKind;
import io.heddle.proxy.http1.HeadWriter;
import io.heddle.proxy.http1.Http1Output;
import io.heddle.proxy.http1.Reasons;
import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.tls.HalfClose;
import io.heddle.traffic.runtime.NetworkFilter;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;

/// The answers on an HTTP/1 connection: writes one after the other and decides, with each, whether the connection ends
/// with it. One object per connection.
// A failed write or close shows as the end of its channel, which is handled.
@SuppressWarnings("FutureReturnValueIgnored")
final class Http1ClientStream implements ClientStream {
    private static final int FRAMING = LineKind.bit(LineKind.CONTENT_LENGTH) | LineKind.bit(LineKind.TRANSFER_ENCODING);

    private final Http1Handler connection;
    private final Worker worker;
    private final Channel channel;
    private final Http1Output output;
    private final HttpRequestHead request;
    private final CountedConnection counted;
    private boolean close;
    private boolean tunnelling;

    /// On `channel`, for the requests that are read into `request` one after the other.
    Http1ClientStream(Http1Handler connection, Worker worker, Channel channel, HttpRequestHead request) {
        this.connection = connection;
        this.worker = worker;
        this.channel = channel;
        this.output = new Http1Output(channel);
        this.request = request;
        this.counted = CountedConnection.of(channel);
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

    @Override
    public void read(boolean wanted) {
        connection.read(wanted);
    }

    @Override
    public boolean isReading() {
        return connection.isReading();
    }

    @Override
    public boolean isWritable() {
        return channel.isWritable();
    }

    @Override
    public void interim(HttpResponseHead head) {
        if (request.version10()) {
            return;
        }
        var lines = worker.editedLines().received(head.lines(), FRAMING);
        var writer = worker.headWriter().start().status(head).headers(lines);
        output.head(named(writer), false, 0);
        output.flush();
    }

    @Override
    public void head(HttpResponseHead head, EditedLines lines, boolean complete) {
        boolean version10 = request.version10();
        long length = head.lines().contentLength();
        boolean unbounded = !complete && length < 0;
        close = connection.mustClose() || (unbounded && version10);
        if (head.status() == 204) {
            lines.drop(FRAMING);
        } else if (version10) {
            lines.drop(LineKind.bit(LineKind.TRANSFER_ENCODING));
        }
        var writer = worker.headWriter().start().status(head).headers(lines);
        boolean chunked = unbounded && !version10;
        if (chunked && !head.lines().chunked()) {
            writer.text("transfer-encoding: chunked\r\n");
        }
        if (complete && length < 0 && !head.bodiless() && !request.isMethod("HEAD")) {
            writer.text("content-length: 0\r\n"); // HTTP/2 says by the end of its stream that there is no body.
        }
        connection(writer);
        output.head(named(writer), chunked, complete ? 0 : length);
    }

    @Override
    public void tunnel(HttpResponseHead head, EditedLines lines) {
        close = true;
        lines.drop(FRAMING);
        var writer = worker.headWriter().start().status(head).headers(lines);
        if (head.status() == 101) {
            writer.text("connection: upgrade\r\nupgrade: ")
                    .safe(request.upgrade())
                    .text("\r\n");
        }
        output.head(named(writer), false, 0);
        output.flush();
        tunnelling = true;
        counted.upgraded();
        HalfClose.prepare(channel);
        connection.tunnel();
    }

    @Override
    public boolean halfCloses() {
        return HalfClose.works(channel);
    }

    private HeadWriter named(HeadWriter writer) {
        return writer.names(settings().codec().http1().names());
    }

    /// What becomes of the connection, where the version does not say it.
    private void connection(HeadWriter writer) {
        if (close) {
            writer.text("connection: close\r\n");
        } else if (request.version10()) {
            writer.text("connection: keep-alive\r\n");
        }
    }

    @Override
    public void body(ByteBuf piece) {
        output.piece(piece);
    }

    @Override
    public void end(HeaderLines trailers) {
        output.end(trailers);
        if (tunnelling && halfCloses()) {
            output.flush();
            HalfClose.output(channel);
        }
    }

    @Override
    public void flush() {
        output.flush();
    }

    @Override
    public void local(int status, EditedLines lines, byte[] body) {
        close = connection.mustCloseAfterLocal();
        var writer = worker.headWriter().start();
        writer.text("HTTP/1.1 ")
                .number(status)
                .text(" ")
                .text(Reasons.of(status))
                .text("\r\n");
        writer.headers(lines);
        connection(writer);
        output.head(named(writer), false, body.length);
        output.bytes(body);
        output.flush();
    }

    @Override
    public boolean retract() {
        return output.retract();
    }

    @Override
    public void abort() {
        output.discard();
        connection.abort();
    }

    @Override
    public void begun() {
        counted.begun();
    }

    @Override
    public void done() {
        counted.done(tunnelling);
        tunnelling = false;
        connection.exchangeDone(close);
    }

    /// The connection is gone.
    void discard() {
        output.discard();
    }
}
