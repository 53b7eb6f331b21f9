package io.heddle.proxy.body;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/// Makes Zstandard plain (RFC 8878), by its own library: any number of frames, none with a window of more than 8 MiB,
/// which is what `zstd` means in HTTP (RFC 9659): a few bytes could else claim 128 MiB.
final class ZstdDecoder implements Decoder {
    private static final int CHUNK = 16 * 1024;

    private final ZstdDecompressCtx context = new ZstdDecompressCtx();
    private final ZstdWindow window = new ZstdWindow();
    private boolean between = true;

    @Override
    public boolean decode(ByteBuf piece, Chunks out) {
        var direct = ZstdEncoder.direct(piece);
        try {
            return decodeDirect(direct, out);
        } catch (ZstdException _) {
            return false;
        } finally {
            direct.release();
        }
    }

    private boolean decodeDirect(ByteBuf direct, Chunks out) {
        var source = direct.nioBuffer();
        boolean more = source.hasRemaining();
        while (more) {
            var chunk = ByteBufAllocator.DEFAULT.directBuffer(CHUNK, CHUNK);
            var target = chunk.nioBuffer(0, CHUNK);
            if (!window.admits(source, between)) {
                chunk.release();
                return false;
            }
            try {
                between = context.decompressDirectByteBufferStream(target, source);
            } catch (ZstdException malformed) {
                chunk.release();
                throw malformed;
            }
            more = source.hasRemaining() || !target.hasRemaining();
            if (target.position() == 0) {
                chunk.release();
            } else if (!out.take(chunk.writerIndex(target.position()))) {
                return true;
            }
        }
        return true;
    }

    @Override
    public boolean isComplete() {
        return between;
    }

    @Override
    public void close() {
        context.close();
    }
}
