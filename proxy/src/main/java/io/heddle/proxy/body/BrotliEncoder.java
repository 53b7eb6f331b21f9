package io.heddle.proxy.body;

import com.aayushatharva.brotli4j.encoder.BrotliEncoderChannel;
import com.aayushatharva.brotli4j.encoder.Encoder.Parameters;
import io.heddle.traffic.body.ContentCoding;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/// Compresses as Brotli (RFC 7932), by Google's library.
final class BrotliEncoder implements Encoder {
    private final Output output = new Output();
    private final BrotliEncoderChannel channel;
    private boolean closed;

    BrotliEncoder(ContentCoding.Brotli coding) {
        try {
            channel = new BrotliEncoderChannel(output, Parameters.create(coding.quality(), coding.window()));
        } catch (IOException impossible) {
            throw new UncheckedIOException("the library makes no encoder", impossible);
        }
    }

    /// Work that the library declares to fail as output may, which ours does not.
    private interface Work {
        void run() throws IOException;
    }

    private void run(Chunks out, Work work) {
        output.chunks = out;
        try {
            work.run();
        } catch (IOException impossible) {
            throw new UncheckedIOException("the library failed to compress", impossible);
        }
    }

    @Override
    public void encode(ByteBuf piece, Chunks out) {
        var bytes = piece.nioBuffer();
        run(out, () -> {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        });
    }

    @Override
    public void flush(Chunks out) {
        run(out, channel::flush);
    }

    @Override
    public void finish(Chunks out) {
        run(out, this::end);
    }

    private void end() throws IOException {
        if (!closed) {
            closed = true;
            channel.close();
        }
    }

    /// The library lets go only of an encoder that has finished.
    @Override
    public void close() {
        run(
                chunk -> {
                    chunk.release();
                    return true;
                },
                this::end);
    }

    /// Takes what the library writes.
    private static final class Output implements WritableByteChannel {
        private Chunks chunks = _ -> false;

        @Override
        public int write(ByteBuffer source) {
            int size = source.remaining();
            chunks.take(ByteBufAllocator.DEFAULT.directBuffer(size, size).writeBytes(source));
            return size;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            // There is nothing behind it.
        }
    }
}
