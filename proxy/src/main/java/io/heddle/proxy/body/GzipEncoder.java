package io.heddle.proxy.body;

import io.heddle.traffic.body.ContentCoding;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/// Compresses as gzip (RFC 1952), one member a body. Holds some 260 KiB outside of the heap until it is closed.
final class GzipEncoder implements Encoder {
    private static final int CHUNK = 8192;
    private static final int ID_AND_METHOD = 0x1f8b0800;
    private static final int UNKNOWN_SYSTEM = 255;

    private final Deflater deflater;
    private final CRC32 checksum = new CRC32();
    private long length;
    private boolean begun;

    GzipEncoder(ContentCoding.Gzip coding) {
        deflater = new Deflater(coding.level(), true);
        deflater.setStrategy(
                switch (coding.strategy()) {
                    case DEFAULT -> Deflater.DEFAULT_STRATEGY;
                    case FILTERED -> Deflater.FILTERED;
                    case HUFFMAN_ONLY -> Deflater.HUFFMAN_ONLY;
                });
    }

    @Override
    public void encode(ByteBuf piece, Chunks out) {
        begin(out);
        checksum.update(piece.nioBuffer());
        length += piece.readableBytes();
        deflater.setInput(piece.nioBuffer());
        while (!deflater.needsInput()) {
            chunk(Deflater.NO_FLUSH, out);
        }
    }

    /// A fixed head: no time, no name, system unknown.
    private void begin(Chunks out) {
        if (begun) {
            return;
        }
        begun = true;
        var head = ByteBufAllocator.DEFAULT.directBuffer(10, 10);
        out.take(head.writeInt(ID_AND_METHOD).writeInt(0).writeByte(0).writeByte(UNKNOWN_SYSTEM));
    }

    /// Brings out a chunk; whether it is full and more is wanted.
    private boolean chunk(int mode, Chunks out) {
        var chunk = ByteBufAllocator.DEFAULT.directBuffer(CHUNK, CHUNK);
        int made = deflater.deflate(chunk.nioBuffer(0, CHUNK), mode);
        if (made == 0) {
            chunk.release();
            return false;
        }
        return out.take(chunk.writerIndex(made)) && made == CHUNK;
    }

    @Override
    public void flush(Chunks out) {
        begin(out);
        boolean more = true;
        while (more) {
            more = chunk(Deflater.SYNC_FLUSH, out);
        }
    }

    @Override
    public void finish(Chunks out) {
        begin(out);
        deflater.finish();
        while (!deflater.finished()) {
            chunk(Deflater.NO_FLUSH, out);
        }
        var end = ByteBufAllocator.DEFAULT.directBuffer(8, 8);
        out.take(end.writeIntLE((int) checksum.getValue()).writeIntLE((int) length));
    }

    @Override
    public void close() {
        deflater.end();
    }
}
