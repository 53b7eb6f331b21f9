package io.heddle.proxy.body;

import com.github.luben.zstd.EndDirective;
import com.github.luben.zstd.ZstdCompressCtx;
import io.heddle.traffic.body.ContentCoding;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;

/// Compresses as Zstandard (RFC 8878), by its own library, within the window of 8 MiB that clients must
/// take (RFC 9659).
final class ZstdEncoder implements Encoder {
    private static final int CHUNK = 16 * 1024;
    private static final int WINDOW = 23;
    private static final int LEVEL_OF_WIDER_WINDOWS = 20;
    private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(0);

    private final ZstdCompressCtx context = new ZstdCompressCtx();

    ZstdEncoder(ContentCoding.Zstd coding) {
        context.setLevel(coding.level()).setChecksum(coding.checksum());
        if (coding.level() >= LEVEL_OF_WIDER_WINDOWS) {
            context.setWindowLog(WINDOW);
        }
    }

    @Override
    public void encode(ByteBuf piece, Chunks out) {
        var direct = direct(piece);
        try {
            drain(direct.nioBuffer(), EndDirective.CONTINUE, out);
        } finally {
            direct.release();
        }
    }

    /// The bytes of `piece` where native code can read them, in a buffer of its own count.
    static ByteBuf direct(ByteBuf piece) {
        boolean ready = piece.isDirect() && piece.nioBufferCount() == 1;
        return ready
                ? piece.retainedDuplicate()
                : ByteBufAllocator.DEFAULT
                        .directBuffer(piece.readableBytes())
                        .writeBytes(piece, piece.readerIndex(), piece.readableBytes());
    }

    private void drain(ByteBuffer source, EndDirective directive, Chunks out) {
        boolean done = false;
        while (!done) {
            var chunk = ByteBufAllocator.DEFAULT.directBuffer(CHUNK, CHUNK);
            var target = chunk.nioBuffer(0, CHUNK);
            done = context.compressDirectByteBufferStream(target, source, directive);
            done = directive == EndDirective.CONTINUE ? !source.hasRemaining() : done;
            if (target.position() == 0) {
                chunk.release();
            } else if (!out.take(chunk.writerIndex(target.position()))) {
                return;
            }
        }
    }

    @Override
    public void flush(Chunks out) {
        drain(NOTHING.duplicate(), EndDirective.FLUSH, out);
    }

    @Override
    public void finish(Chunks out) {
        drain(NOTHING.duplicate(), EndDirective.END, out);
    }

    @Override
    public void close() {
        context.close();
    }
}
