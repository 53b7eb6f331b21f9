package io.heddle.proxy.http1;

import io.heddle.proxy.http.HeadResult;
import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.Octets;
import io.netty.buffer.ByteBuf;

/// Reads a chunked body (RFC 9112, section 7.1) and hands on its data as ranges of the bytes it came in.
///
/// Strict: lines end with CR LF, sizes are plain hexadecimal. Chunk extensions are checked and left out.
final class ChunkDecoder {
    private static final int MAX_SIZE_DIGITS = 15;
    private static final int MAX_TRAILERS = 8 * 1024;
    private static final int MAX_TRAILER_LINES = 50;
    private static final BodySink NOBODY = ByteBuf::release;

    private enum State {
        SIZE,
        EXTENSION,
        SIZE_LF,
        DATA,
        DATA_CR,
        DATA_LF,
        TRAILERS,
        DONE
    }

    private final HeaderLines trailers = new HeaderLines();
    private final ChunkExtensions extensions = new ChunkExtensions();
    private final LineReader trailerReader = new LineReader(trailers, MAX_TRAILERS, MAX_TRAILER_LINES);
    private State state = State.DONE;
    private long size;
    private int digits;
    private boolean looking;

    void start() {
        state = State.SIZE;
        size = 0;
        digits = 0;
        trailerReader.clear();
    }

    boolean complete() {
        return state == State.DONE;
    }

    /// What followed the last chunk; empty until the body is complete.
    HeaderLines trailers() {
        return state == State.DONE ? trailers : HeaderLines.EMPTY;
    }

    /// Whether a body that begins with the bytes of `in` may be one; leaves them there, and itself at the start.
    boolean look(ByteBuf in) {
        int from = in.readerIndex();
        looking = true;
        boolean good = read(in, NOBODY);
        looking = false;
        in.readerIndex(from);
        start();
        return good;
    }

    boolean read(ByteBuf in, BodySink sink) {
        while (state != State.DONE && in.isReadable()) {
            if (!step(in, sink)) {
                return false;
            }
        }
        return true;
    }

    private boolean step(ByteBuf in, BodySink sink) {
        if (state == State.DATA) {
            data(in, sink);
            return true;
        }
        if (state == State.TRAILERS) {
            return trailers(in);
        }
        int octet = in.readByte();
        return switch (state) {
            case SIZE -> size(octet);
            case EXTENSION -> extension(octet);
            case SIZE_LF -> sizeEnd(octet);
            case DATA_CR -> expect(octet, Octets.CR, State.DATA_LF);
            case DATA_LF -> expect(octet, Octets.LF, State.SIZE);
            case DATA, TRAILERS, DONE -> throw new IllegalStateException("not read octet by octet: " + state);
        };
    }

    private boolean size(int octet) {
        int digit = Character.digit(octet, 16);
        if (digit >= 0) {
            size = (size << 4) | digit;
            return ++digits <= MAX_SIZE_DIGITS;
        }
        if (digits == 0) {
            return false;
        }
        if (octet == Octets.CR) {
            state = State.SIZE_LF;
            return true;
        }
        state = State.EXTENSION;
        return extensions.start(octet);
    }

    private boolean extension(int octet) {
        if (octet == Octets.CR) {
            state = State.SIZE_LF;
            return extensions.mayEnd();
        }
        return extensions.take(octet);
    }

    private boolean sizeEnd(int octet) {
        digits = 0;
        state = size == 0 ? State.TRAILERS : State.DATA;
        return octet == Octets.LF;
    }

    private void data(ByteBuf in, BodySink sink) {
        int available = (int) Math.min(size, in.readableBytes());
        size -= available;
        if (size == 0) {
            state = State.DATA_CR;
        }
        if (looking) {
            in.skipBytes(available);
        } else {
            sink.piece(in.readRetainedSlice(available));
        }
    }

    private boolean expect(int octet, int wanted, State next) {
        state = next;
        return octet == wanted;
    }

    private boolean trailers(ByteBuf in) {
        while (trailerReader.take(in)) {
            var result = trailerReader.read();
            if (result == HeadResult.DONE) {
                trailerReader.giveBack(in);
                state = State.DONE;
                return true;
            }
            if (result != HeadResult.MORE) {
                return false;
            }
        }
        return true;
    }
}
