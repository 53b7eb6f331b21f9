package io.heddle.proxy.exchange;

import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.proxy.http.HttpResponseHead;
import io.heddle.proxy.http.LineKind;
import io.heddle.proxy.http1.BodyReader;
import io.heddle.proxy.http1.Reasons;
import io.heddle.proxy.loop.Worker;
import io.heddle.traffic.request.HeaderEdits;
import io.heddle.traffic.request.LocalReply;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Writes answers to a client: an upstream's, or one made here. A small body travels in the buffer of its head.
// A failed write or close shows as the end of its channel, which is handled.
@SuppressWarnings("FutureReturnValueIgnored")
final class ResponseWriter {
    private static final int DROPPED = LineKind.bit(LineKind.CONNECTION)
            | LineKind.bit(LineKind.UPGRADE)
            | LineKind.bit(LineKind.HOP_BY_HOP)
            | LineKind.bit(LineKind.PEER);
    private static final int FRAMING = LineKind.bit(LineKind.CONTENT_LENGTH) | LineKind.bit(LineKind.TRANSFER_ENCODING);
    private static final int SMALL_BODY = 4096;
    private static final HeaderLines NO_LINES = HeaderLines.EMPTY;
    private static final byte[] CRLF = {'\r', '\n'};
    private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);

    /// IMF-fixdate (RFC 9110, section 5.6.7).
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH);

    private final Worker worker;
    private final Channel channel;
    private @Nullable ByteBuf pending;
    private boolean wrap;

    ResponseWriter(Worker worker, Channel channel) {
        this.worker = worker;
        this.channel = channel;
    }

    /// Writes an interim response.
    void interim(HttpResponseHead head) {
        var writer =
                worker.headWriter().start().status(head).headers(head.lines(), DROPPED | FRAMING, new HeaderEdits());
        channel.writeAndFlush(writer.finish(channel.alloc()::directBuffer, 0), channel.voidPromise());
    }

    /// Writes an upstream's head.
    void head(HttpResponseHead head, BodyReader.Framing framing, boolean version10, HeaderEdits edits, boolean close) {
        wrap = framing == BodyReader.Framing.UNTIL_CLOSE && !version10;
        int drop = DROPPED;
        if (head.status() == 204) {
            drop |= FRAMING;
        } else if (version10) {
            drop |= LineKind.bit(LineKind.TRANSFER_ENCODING);
        }
        var writer = worker.headWriter().start().status(head).headers(head.lines(), drop, edits);
        if (wrap) {
            writer.text("transfer-encoding: chunked\r\n");
        }
        if (close) {
            writer.text("connection: close\r\n");
        }
        long expected = framing == BodyReader.Framing.NONE ? 0 : head.lines().contentLength();
        int spare = expected >= 0 && expected <= SMALL_BODY ? (int) expected : SMALL_BODY / 8;
        pending = writer.finish(channel.alloc()::directBuffer, spare);
    }

    /// Writes a piece of an upstream's body.
    void piece(ByteBuf piece) {
        if (!piece.isReadable()) {
            piece.release();
            return;
        }
        if (wrap) {
            write(Unpooled.copiedBuffer(
                    Integer.toHexString(piece.readableBytes()) + "\r\n", StandardCharsets.ISO_8859_1));
            write(piece);
            write(Unpooled.wrappedBuffer(CRLF));
        } else {
            write(piece);
        }
    }

    private void write(ByteBuf bytes) {
        if (pending != null && bytes.readableBytes() <= pending.writableBytes()) {
            pending.writeBytes(bytes);
            bytes.release();
            return;
        }
        writePending();
        channel.write(bytes, channel.voidPromise());
    }

    private void writePending() {
        if (pending != null) {
            channel.write(pending, channel.voidPromise());
            pending = null;
        }
    }

    /// The body is complete.
    void end() {
        if (wrap) {
            write(Unpooled.wrappedBuffer(LAST_CHUNK));
        }
    }

    /// Sends what was written.
    void flush() {
        writePending();
        channel.flush();
    }

    /// Forgets what was not written.
    void discard() {
        if (pending != null) {
            pending.release();
            pending = null;
        }
    }

    /// Writes an answer made here and gives its body's length.
    int local(LocalReply reply, HeaderEdits edits, @Nullable HttpRequestHead head, boolean close) {
        var body = reply.body().getBytes(StandardCharsets.UTF_8);
        var writer = worker.headWriter().start();
        writer.text("HTTP/1.1 ").number(reply.status()).text(" ").text(Reasons.of(reply.status()));
        writer.text("\r\n");
        if (reply.status() != 204 && reply.status() != 304) {
            writer.text("content-length: ").number(body.length).text("\r\n");
        }
        if (body.length > 0) {
            writer.text("content-type: text/plain\r\n");
        }
        writer.text("date: ").text(date(worker.nowMillis())).text("\r\nserver: heddle\r\n");
        var all = new HeaderEdits();
        all.addAll(reply.headers());
        for (int i = 0; i < edits.size(); i++) {
            all.add(edits.edit(i));
        }
        writer.headers(NO_LINES, 0, all);
        if (close) {
            writer.text("connection: close\r\n");
        }
        boolean bodiless = head != null && head.isMethod("HEAD");
        pending = writer.finish(channel.alloc()::directBuffer, body.length);
        if (!bodiless) {
            pending.writeBytes(body);
        }
        flush();
        return bodiless ? 0 : body.length;
    }

    private static String date(long millis) {
        return DATE.format(Instant.ofEpochMilli(millis).atOffset(ZoneOffset.UTC));
    }
}
