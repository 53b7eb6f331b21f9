package io.heddle.proxy.http1;

import io.heddle.proxy.http.HeaderLines;
import io.netty.buffer.ByteBuf;

/// Finds where a body ends, in whatever pieces it arrives (RFC 9112, section 6). One object per connection and
/// direction.
public final class BodyReader {
    private enum Framing {
        NONE,
        LENGTH,
        CHUNKED,
        UNTIL_CLOSE
    }

    private final ChunkDecoder chunks = new ChunkDecoder();
    private Framing framing = Framing.NONE;
    private long remaining;
    private boolean complete = true;

    /// There is no body.
    public void none() {
        framing = Framing.NONE;
        complete = true;
    }

    /// The body has `length` bytes.
    public void length(long length) {
        framing = Framing.LENGTH;
        remaining = length;
        complete = length == 0;
    }

    /// The body is chunked.
    public void chunked() {
        framing = Framing.CHUNKED;
        chunks.start();
        complete = false;
    }

    /// The body ends with the connection.
    public void untilClose() {
        framing = Framing.UNTIL_CLOSE;
        complete = false;
    }

    /// Whether the end is told by the connection's.
    public boolean endsWithConnection() {
        return framing == Framing.UNTIL_CLOSE;
    }

    /// What followed a chunked body that is complete; no lines otherwise. Valid until the next chunked body begins.
    public HeaderLines trailers() {
        return framing == Framing.CHUNKED ? chunks.trailers() : HeaderLines.EMPTY;
    }

    /// How many bytes are still to come; -1 where that is not known.
    public long remaining() {
        return switch (framing) {
            case NONE -> 0;
            case LENGTH -> remaining;
            case CHUNKED, UNTIL_CLOSE -> complete ? 0 : -1;
        };
    }

    /// Whether the last byte has been read.
    public boolean complete() {
        return complete;
    }

    /// The connection ended; that is the end of a body that lasts until then.
    public void closed() {
        complete |= framing == Framing.UNTIL_CLOSE;
    }

    /// Whether the bytes of `in`, the first of the body, can be so framed. Reads nothing.
    public boolean begins(ByteBuf in) {
        return framing != Framing.CHUNKED || !in.isReadable() || chunks.look(in);
    }

    /// Hands the data of the body from `in` to `sink`; the rest stays in `in`. False when the framing is malformed.
    public boolean read(ByteBuf in, BodySink sink) {
        if (complete || !in.isReadable()) {
            return true;
        }
        return switch (framing) {
            case NONE -> true;
            case LENGTH -> {
                int size = (int) Math.min(remaining, in.readableBytes());
                remaining -= size;
                complete = remaining == 0;
                sink.piece(in.readRetainedSlice(size));
                yield true;
            }
            case UNTIL_CLOSE -> {
                sink.piece(in.readRetainedSlice(in.readableBytes()));
                yield true;
            }
            case CHUNKED -> {
                boolean good = chunks.read(in, sink);
                complete = chunks.complete();
                yield good;
            }
        };
    }
}
