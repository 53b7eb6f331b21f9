package io.heddle.proxy.body;

import io.heddle.proxy.http.HeaderLines;
import io.netty.buffer.ByteBuf;
import java.util.Locale;

/// Makes a compressed body plain, and ends one that grows too much.
final class Decompression implements BodyTransform {
    /// What may come out whatever came in, in bytes: short bodies compress well.
    private static final int ALWAYS = 64 * 1024;

    private final Decoder decoder;
    private final String library;
    private final int mostRatio;
    private final Tally tally;
    private long in;
    private long made;
    private boolean tooLarge;
    private boolean over;

    /// Trailers bear the name of `library`. One that becomes more than `mostRatio` times as large as it
    /// came is cut off.
    Decompression(Decoder decoder, String library, int mostRatio, Tally tally) {
        this.decoder = decoder;
        this.library = library;
        this.mostRatio = mostRatio;
        this.tally = tally;
        Codings.begun();
    }

    private Chunks to(BodyOutput out) {
        return chunk -> {
            made += chunk.readableBytes();
            tooLarge = made > ALWAYS && made > in * mostRatio;
            if (tooLarge) {
                chunk.release();
            } else {
                tally.count(0, chunk.readableBytes());
                out.piece(chunk);
            }
            return !tooLarge && !over;
        };
    }

    @Override
    public void piece(ByteBuf piece, BodyOutput out) {
        if (over) {
            piece.release();
            return;
        }
        in += piece.readableBytes();
        tally.count(piece.readableBytes(), 0);
        boolean good;
        try {
            good = decoder.decode(piece, to(out));
        } finally {
            piece.release();
        }
        if (!over && (tooLarge || !good)) {
            over = true;
            out.fault(tooLarge ? "decompressed_body_too_large" : "compressed_body_invalid");
        }
    }

    @Override
    public void pause(BodyOutput out) {
        // What came in is out already.
    }

    @Override
    public void end(HeaderLines trailers, BodyOutput out) {
        if (over) {
            return;
        }
        if (decoder.isComplete()) {
            var both = trailers.copy();
            add(both, "compressed-bytes", in);
            add(both, "uncompressed-bytes", made);
            out.end(both);
        } else {
            over = true;
            out.fault("compressed_body_truncated");
        }
    }

    /// Envoy's trailers that tell both sizes. A name that is no token tells nothing.
    private void add(HeaderLines lines, String what, long bytes) {
        int before = lines.length();
        lines.beginLine();
        lines.appendSafe("x-envoy-decompressor-" + library.toLowerCase(Locale.ROOT) + "-" + what);
        if (lines.endName()) {
            lines.append(Long.toString(bytes));
            lines.endLine();
        } else {
            lines.truncate(before);
        }
    }

    @Override
    public boolean isFull() {
        return false;
    }

    @Override
    public void close() {
        over = true;
        decoder.close();
        Codings.ended();
    }
}
