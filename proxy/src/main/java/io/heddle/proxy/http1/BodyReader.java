package io.heddle.proxy.http1;

import io.netty.buffer.ByteBuf;

/// Finds where a body ends, in whatever pieces it arrives (RFC 9112, section 6). One object per connection and
/// direction.
public final class BodyReader {
    /// How the end is told.
    public enum Framing {
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

    /// The body is chunked; `keepFraming` hands on chunk sizes and trailers, else only the data.
    public void chunked(boolean keepFraming) {
        framing = Framing.CHUNKED;
        chunks.start(keepFraming);
        complete = false;
    }

    /// The body ends with the connection.
    public void untilClose() {
        framing = Framing.UNTIL_CLOSE;
        complete = false;
    }

    /// How the end is told.
    public Framing framing() {
        return framing;
    }

    /// Whether the last byte has been read.
    public boolean complete() {
        return complete;
    }

    /// The connection ended; that is the end of a body that lasts until then.
    public void closed() {
        complete |= framing == Framing.UNTIL_CLOSE;
    }

    /// Hands what belongs to the body from `in` to `sink`; the rest stays in `in`. False when the framing is malformed.
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
