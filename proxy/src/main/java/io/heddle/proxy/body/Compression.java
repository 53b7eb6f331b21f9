package io.heddle.proxy.body;

import io.heddle.proxy.http.HeaderLines;
import io.netty.buffer.ByteBuf;

/// Compresses a body.
final class Compression implements BodyTransform {
    private final Encoder encoder;
    private final Tally tally;
    private boolean unsent;
    private boolean closed;

    Compression(Encoder encoder, Tally tally) {
        this.encoder = encoder;
        this.tally = tally;
        Codings.begun();
    }

    private Chunks to(BodyOutput out) {
        return chunk -> {
            tally.count(0, chunk.readableBytes());
            out.piece(chunk);
            return !closed;
        };
    }

    @Override
    public void piece(ByteBuf piece, BodyOutput out) {
        tally.count(piece.readableBytes(), 0);
        unsent = true;
        try {
            encoder.encode(piece, to(out));
        } finally {
            piece.release();
        }
    }

    @Override
    public void pause(BodyOutput out) {
        if (unsent) {
            unsent = false;
            encoder.flush(to(out));
        }
    }

    @Override
    public void end(HeaderLines trailers, BodyOutput out) {
        unsent = false;
        encoder.finish(to(out));
        out.end(trailers);
    }

    @Override
    public boolean isFull() {
        return false;
    }

    @Override
    public void close() {
        closed = true;
        encoder.close();
        Codings.ended();
    }
}
