package io.heddle.proxy.http2;

import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.Trailers;
import io.heddle.proxy.http2.hpack.HpackEncoder;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// What a connection sends: frames gathered into one buffer, which is written when it is large, and sent once at the
/// end of the event loop's turn. So one TLS record and one system call carry the frames of many streams.
///
/// Streams that may send but for the connection's window or the transport stand in line, and each sends one frame in
/// its turn.
final class Http2Outbound {
    private static final int LARGE_BATCH = 32 * 1024;
    private static final int COPIED = 4096;
    private static final int TINY = 64;
    private static final int MAX_UNSENT_REPLIES = 1000;

    private final Http2Transport transport;
    private final PeerSettings peer;
    private final FloodGuard guard;
    private final HpackEncoder encoder = new HpackEncoder();
    private final ArrayDeque<Http2Stream> line = new ArrayDeque<>();
    private @Nullable ByteBuf batch;
    private long batchNumber;
    private int usualBatch = 1024;
    private long window = Frames.DEFAULT_WINDOW;
    private int unsentReplies;
    private boolean tiny;
    private boolean flushDue;
    private boolean closed;

    Http2Outbound(Http2Transport transport, PeerSettings peer, FloodGuard guard) {
        this.transport = transport;
        this.peer = peer;
        this.guard = guard;
    }

    HpackEncoder encoder() {
        return encoder;
    }

    HpackEncoder beginFields() {
        encoder.begin();
        return encoder;
    }

    /// The buffer to write frames into.
    private ByteBuf batch() {
        var current = batch;
        if (current == null) {
            current = transport.buffer(usualBatch);
            batch = current;
            batchNumber++;
            flushSoon();
        }
        return current;
    }

    private void flushSoon() {
        if (!flushDue) {
            flushDue = true;
            transport.flushSoon();
        }
    }

    private void writeBatch() {
        var current = batch;
        if (current != null) {
            batch = null;
            usualBatch = Math.clamp(Integer.highestOneBit(current.readableBytes()) * 2L, 512, LARGE_BATCH);
            transport.write(current);
        }
    }

    /// Sends what was written since.
    void flush() {
        flushDue = false;
        if (closed) {
            return;
        }
        writeBatch();
        transport.flush();
        if (transport.isWritable()) {
            unsentReplies = 0;
        }
    }

    /// Nothing more is sent.
    void close() {
        closed = true;
        if (batch != null) {
            batch.release();
            batch = null;
        }
        line.clear();
    }

    void preface() {
        Frames.writePreface(batch());
    }

    /// Writes a SETTINGS frame of `pairs` of number and value.
    void settings(int... pairs) {
        var out = batch();
        Frames.writeHeader(out, pairs.length * 3, Frames.SETTINGS, 0, 0);
        for (int i = 0; i < pairs.length; i += 2) {
            out.writeShort(pairs[i]).writeInt(pairs[i + 1]);
        }
    }

    void settingsAck() {
        Frames.writeHeader(batch(), 0, Frames.SETTINGS, Frames.ACK, 0);
        unsentReplies++;
    }

    void ping(boolean ack, long payload) {
        var out = batch();
        Frames.writeHeader(out, 8, Frames.PING, ack ? Frames.ACK : 0, 0);
        out.writeLong(payload);
        unsentReplies += ack ? 1 : 0;
    }

    void reset(int stream, Http2Error error) {
        var out = batch();
        Frames.writeHeader(out, 4, Frames.RST_STREAM, 0, stream);
        out.writeInt(error.code());
        unsentReplies++;
    }

    void goAway(int lastStream, Http2Error error, String debug) {
        var out = batch();
        Frames.writeHeader(out, 8 + debug.length(), Frames.GOAWAY, 0, 0);
        out.writeInt(lastStream).writeInt(error.code());
        for (int i = 0; i < debug.length(); i++) {
            out.writeByte(debug.charAt(i));
        }
    }

    void windowUpdate(int stream, int more) {
        var out = batch();
        Frames.writeHeader(out, 4, Frames.WINDOW_UPDATE, 0, stream);
        out.writeInt(more);
    }

    /// Whether the peer asks for replies and does not read them.
    boolean choked() {
        return unsentReplies > MAX_UNSENT_REPLIES;
    }

    /// Whether the peer makes us send frames that carry next to nothing.
    boolean tinyWindows() {
        return tiny;
    }

    /// Takes a stream that is over out of the line.
    void forget(Http2Stream stream) {
        if (stream.scheduled) {
            stream.scheduled = false;
            line.remove(stream);
        }
    }

    /// Writes the block of fields begun last as HEADERS of `stream`, and CONTINUATION where it does not fit.
    void headers(Http2Stream stream, boolean end) {
        guard.useful();
        stream.headSent = true;
        stream.progressAt = transport.now();
        int length = encoder.length();
        int most = peer.maxFrame();
        int first = Math.min(length, most);
        int flags = (end ? Frames.END_STREAM : 0) | (first == length ? Frames.END_HEADERS : 0);
        var out = batch();
        stream.flagsBatch = batchNumber;
        stream.flagsAt = out.writerIndex() + 4;
        Frames.writeHeader(out, first, Frames.HEADERS, flags, stream.id);
        out.writeBytes(encoder.bytes(), 0, first);
        for (int at = first; at < length; at += most) {
            int size = Math.min(most, length - at);
            Frames.writeHeader(out, size, Frames.CONTINUATION, at + size == length ? Frames.END_HEADERS : 0, stream.id);
            out.writeBytes(encoder.bytes(), at, size);
        }
        if (out.readableBytes() > LARGE_BATCH) {
            writeBatch();
        }
    }

    /// Sends as much of what a stream has as it may now, or puts it in line.
    void push(Http2Stream stream) {
        if (stream.scheduled) {
            return;
        }
        while (!stream.out.isEmpty()) {
            if (stream.sendWindow <= 0) {
                return;
            }
            if (window <= 0 || !transport.isWritable()) {
                stream.scheduled = true;
                line.addLast(stream);
                return;
            }
            data(stream);
        }
        if (stream.endWanted && !stream.localEnded) {
            end(stream);
        }
    }

    /// Sends `piece` at once if nothing waits before it and one frame may carry it.
    boolean sendNow(Http2Stream stream, ByteBuf piece) {
        int size = piece.readableBytes();
        boolean may = !stream.scheduled
                && stream.out.isEmpty()
                && size <= Math.min(peer.maxFrame(), Math.min(window, stream.sendWindow))
                && transport.isWritable();
        if (may) {
            frame(stream, piece, false);
        }
        return may;
    }

    /// Sends one frame of what waits.
    private void data(Http2Stream stream) {
        int waiting = stream.out.bytes();
        var piece = stream.out.take((int) Math.min(peer.maxFrame(), Math.min(window, stream.sendWindow)));
        int size = piece.readableBytes();
        tiny |= size < TINY && size < waiting && guard.tooMany(Flood.TINY_WINDOW, transport.now());
        boolean end = stream.endWanted && stream.trailersOut == null && stream.out.isEmpty();
        frame(stream, piece, end);
        if (end) {
            stream.endedHere();
        }
    }

    private void frame(Http2Stream stream, ByteBuf piece, boolean end) {
        int size = piece.readableBytes();
        window -= size;
        stream.sendWindow -= size;
        stream.progressAt = transport.now();
        guard.sent(size);
        var out = batch();
        stream.flagsBatch = batchNumber;
        stream.flagsAt = out.writerIndex() + 4;
        Frames.writeHeader(out, size, Frames.DATA, end ? Frames.END_STREAM : 0, stream.id);
        if (size > COPIED) {
            writeBatch();
            transport.write(piece);
            flushSoon();
            return;
        }
        out.writeBytes(piece);
        piece.release();
        if (out.readableBytes() > LARGE_BATCH) {
            writeBatch();
        }
    }

    private void end(Http2Stream stream) {
        var trailers = stream.trailersOut;
        if (trailers != null) {
            encode(trailers);
            headers(stream, true);
        } else if (stream.flagsBatch == batchNumber && batch != null) {
            batch.setByte(stream.flagsAt, batch.getByte(stream.flagsAt) | Frames.END_STREAM);
        } else {
            Frames.writeHeader(batch(), 0, Frames.DATA, Frames.END_STREAM, stream.id);
        }
        stream.endedHere();
    }

    private void encode(HeaderLines trailers) {
        encoder.begin();
        for (int i = 0; i < trailers.count(); i++) {
            if (Trailers.passes(trailers, i)) {
                encoder.field(trailers.bytes(), trailers.name(i), trailers.bytes(), trailers.value(i));
            }
        }
    }

    /// The peer takes `more` on the connection; `false` when that is too much.
    boolean moreWindow(int more) {
        window += more;
        if (window > Frames.MAX_WINDOW) {
            return false;
        }
        pushAll();
        return true;
    }

    /// Lets the streams in line send, each a frame in its turn.
    void pushAll() {
        while (!line.isEmpty() && window > 0 && transport.isWritable()) {
            var stream = line.removeFirst();
            stream.scheduled = false;
            if (stream.closed) {
                continue;
            }
            turn(stream);
        }
    }

    private void turn(Http2Stream stream) {
        if (!stream.out.isEmpty() && stream.sendWindow > 0) {
            data(stream);
        }
        if (stream.closed || stream.localEnded) {
            return;
        }
        if (!stream.out.isEmpty()) {
            if (stream.sendWindow > 0) {
                stream.scheduled = true;
                line.addLast(stream);
            }
        } else if (stream.endWanted) {
            end(stream);
        }
        tellWritable(stream);
    }

    /// Tells a writer that had to wait.
    static void tellWritable(Http2Stream stream) {
        if (stream.writableWanted && stream.isWritable() && !stream.closed && !stream.endWanted) {
            stream.writableWanted = false;
            stream.listener().writable();
        }
    }
}
