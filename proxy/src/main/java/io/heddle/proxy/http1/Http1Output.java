package io.heddle.proxy.http1;

import io.heddle.proxy.http.HeaderLines;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Writes messages to a connection, one after the other, and frames their bodies (RFC 9112, sections 6 and 7).
///
/// Small pieces are gathered with what stands before them: a small body travels in the buffer of its head, and many
/// small chunks in one buffer. Larger pieces are passed on as they are, a chunk's size in front.
// A failed write or close shows as the end of its channel, which is handled.
@SuppressWarnings("FutureReturnValueIgnored")
public final class Http1Output {
    private static final int SMALL = 1024;
    private static final int GATHERED = 4096;
    /// The longest size of a chunk in hexadecimal, and the line ends around it.
    private static final int CHUNK_LINES = 8 + 6;
    private static final ByteBuf CRLF = constant("\r\n");
    private static final ByteBuf LAST_CHUNK = constant("0\r\n\r\n");
    private static final ByteBuf CRLF_LAST_CHUNK = constant("\r\n0\r\n\r\n");

    private final Channel channel;
    private @Nullable ByteBuf pending;
    private boolean chunked;
    /// The last chunk's data was passed on; the line end after it is still to be written.
    private boolean owesLineEnd;
    /// Some of the message was passed on.
    private boolean begun;

    /// Writes to `channel`, on its event loop.
    public Http1Output(Channel channel) {
        this.channel = channel;
    }

    private static ByteBuf constant(String text) {
        var bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        return Unpooled.unreleasableBuffer(
                Unpooled.directBuffer(bytes.length).writeBytes(bytes).asReadOnly());
    }

    /// Writes a head.
    ///
    /// @param writer has it, but for the empty line
    /// @param inChunks whether the body is framed in chunks
    /// @param expected the bytes of body that are likely to follow soon, -1 when nobody knows
    public void head(HeadWriter writer, boolean inChunks, long expected) {
        writePending();
        chunked = inChunks;
        owesLineEnd = false;
        begun = false;
        int spare = expected >= 0 && expected <= GATHERED ? (int) expected : GATHERED / 8;
        pending = writer.finish(channel.alloc()::directBuffer, spare);
    }

    /// Writes a piece of the body.
    public void piece(ByteBuf piece) {
        if (!piece.isReadable()) {
            piece.release();
        } else if (chunked) {
            chunk(piece);
        } else {
            data(piece);
        }
    }

    /// Writes `body`, for which there was room asked with its head, whatever the framing.
    public void bytes(byte[] body) {
        if (body.length > 0) {
            room(body.length, body.length).writeBytes(body);
        }
    }

    private void data(ByteBuf bytes) {
        if (pending != null && bytes.readableBytes() <= pending.writableBytes()) {
            pending.writeBytes(bytes);
            bytes.release();
            return;
        }
        writePending();
        begun = true;
        channel.write(bytes, channel.voidPromise());
    }

    private void chunk(ByteBuf piece) {
        int size = piece.readableBytes();
        boolean small = size <= SMALL;
        var into = room(small ? size + CHUNK_LINES : CHUNK_LINES, small ? GATHERED : CHUNK_LINES);
        if (owesLineEnd) {
            lineEnd(into);
        }
        hexadecimal(into, size);
        lineEnd(into);
        if (small) {
            into.writeBytes(piece);
            piece.release();
            lineEnd(into);
            owesLineEnd = false;
            return;
        }
        writePending();
        channel.write(piece, channel.voidPromise());
        owesLineEnd = true;
    }

    private ByteBuf room(int needed, int fresh) {
        if (pending != null && pending.writableBytes() >= needed) {
            return pending;
        }
        writePending();
        var made = channel.alloc().directBuffer(fresh, fresh);
        pending = made;
        return made;
    }

    private static void lineEnd(ByteBuf into) {
        into.writeByte('\r').writeByte('\n');
    }

    private static void hexadecimal(ByteBuf into, int value) {
        int digits = Math.max(1, (35 - Integer.numberOfLeadingZeros(value)) >>> 2);
        for (int i = digits - 1; i >= 0; i--) {
            into.writeByte(Character.forDigit((value >>> (4 * i)) & 15, 16));
        }
    }

    /// The body is complete; `trailers` follow it where it is in chunks, those of them that may be passed on.
    public void end(HeaderLines trailers) {
        if (!chunked) {
            return;
        }
        chunked = false;
        if (trailers.count() == 0) {
            data(owesLineEnd ? CRLF_LAST_CHUNK.duplicate() : LAST_CHUNK.duplicate());
        } else {
            var writer = new HeadWriter().start().text(owesLineEnd ? "\r\n0\r\n" : "0\r\n");
            data(writer.trailers(trailers).finish(channel.alloc()::directBuffer, 0));
        }
        owesLineEnd = false;
    }

    /// Sends what was written.
    public void flush() {
        writePending();
        if (owesLineEnd) {
            channel.write(CRLF.duplicate(), channel.voidPromise());
            owesLineEnd = false;
        }
        channel.flush();
    }

    /// Forgets the message whose head was written last, if none of it was passed on yet; whether that is so.
    public boolean retract() {
        if (begun || pending == null) {
            return false;
        }
        discard();
        chunked = false;
        return true;
    }

    /// Forgets what was not written.
    public void discard() {
        if (pending != null) {
            pending.release();
            pending = null;
        }
        owesLineEnd = false;
    }

    /// Whether something was written that is not on its way yet.
    public boolean hasPending() {
        return pending != null;
    }

    private void writePending() {
        if (pending != null) {
            begun = true;
            channel.write(pending, channel.voidPromise());
            pending = null;
        }
    }
}
