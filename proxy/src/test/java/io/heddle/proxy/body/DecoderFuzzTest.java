package io.heddle.proxy.body;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.heddle.traffic.body.ContentCoding;
import io.netty.buffer.Unpooled;

/// Compressed bodies of foreigners: whatever they hold, a decoder says good or malformed and lets go of its buffers.
final class DecoderFuzzTest {
    private static final int MOST = 1 << 20;

    @FuzzTest
    void reads_anything_without_failing(byte[] data) {
        decode(new ContentCoding.Gzip(-1, ContentCoding.Strategy.DEFAULT), data);
        decode(new ContentCoding.Brotli(3, 18), data);
        decode(new ContentCoding.Zstd(3, false), data);
    }

    private static void decode(ContentCoding coding, byte[] data) {
        if (Codings.missing(coding).isPresent()) {
            return;
        }
        var made = new long[1];
        var decoder = Codings.decoder(coding);
        var piece = Unpooled.buffer(data.length + 1).writeBytes(data);
        decoder.decode(piece, chunk -> {
            made[0] += chunk.readableBytes();
            chunk.release();
            return made[0] < MOST;
        });
        decoder.isComplete();
        decoder.close();
        decoder.close();
        if (!piece.release()) {
            throw new IllegalStateException("a decoder kept its piece");
        }
    }
}
