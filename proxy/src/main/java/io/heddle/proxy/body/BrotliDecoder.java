package io.heddle.proxy.body;

import com.aayushatharva.brotli4j.decoder.DecoderJNI;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/// Makes Brotli plain (RFC 7932), by Google's library.
final class BrotliDecoder implements Decoder {
    private static final int INPUT = 8192;

    private final DecoderJNI.Wrapper decoder;
    private boolean any;
    private boolean closed;

    BrotliDecoder() {
        try {
            decoder = new DecoderJNI.Wrapper(INPUT);
        } catch (IOException impossible) {
            throw new UncheckedIOException("the library makes no decoder", impossible);
        }
    }

    @Override
    public boolean decode(ByteBuf piece, Chunks out) {
        any |= piece.isReadable();
        var in = piece.duplicate();
        while (true) {
            switch (decoder.getStatus()) {
                case ERROR -> {
                    return false;
                }
                case DONE -> {
                    return !in.isReadable();
                }
                case OK -> decoder.push(0);
                case NEEDS_MORE_OUTPUT -> {
                    if (!out.take(copy(decoder.pull()))) {
                        return true;
                    }
                }
                case NEEDS_MORE_INPUT -> {
                    if (decoder.hasOutput() && !out.take(copy(decoder.pull()))) {
                        return true;
                    }
                    if (!in.isReadable()) {
                        return true;
                    }
                    push(in);
                }
            }
        }
    }

    private void push(ByteBuf in) {
        var buffer = decoder.getInputBuffer();
        buffer.clear();
        int size = Math.min(buffer.remaining(), in.readableBytes());
        in.readBytes(buffer.limit(size));
        decoder.push(size);
    }

    private static ByteBuf copy(ByteBuffer bytes) {
        int size = bytes.remaining();
        return ByteBufAllocator.DEFAULT.directBuffer(size, size).writeBytes(bytes);
    }

    @Override
    public boolean isComplete() {
        return !any || decoder.getStatus() == DecoderJNI.Status.DONE;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            decoder.destroy();
        }
    }
}
