package io.heddle.proxy.http1;

import io.heddle.proxy.http.HeadResult;
import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.LineKind;
import io.heddle.proxy.http.Octets;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/// Reads a chunked body (RFC 9112, section 7.1) and hands it on as ranges of the bytes it came in.
///
/// Strict: lines end with CR LF, sizes are plain hexadecimal. Chunk extensions are checked and left out; trailers that
/// could change framing or routing are left out too. What is handed on is therefore read alike by everybody.
final class ChunkDecoder {
    private static final int MAX_SIZE_DIGITS = 15;
    private static final int MAX_EXTENSION = 1024;
    private static final int MAX_TRAILERS = 8 * 1024;
    private static final int MAX_TRAILER_LINES = 50;
    private static final int DROPPED_TRAILERS = ~(LineKind.bit(LineKind.OTHER) | LineKind.bit(LineKind.GRPC_STATUS));

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
    private final LineReader trailerReader = new LineReader(trailers, MAX_TRAILERS, MAX_TRAILER_LINES);
    private State state = State.DONE;
    private boolean keepFraming;
    private long size;
    private int digits;
    private int extension;
    private int from;

    void start(boolean keep) {
        state = State.SIZE;
        keepFraming = keep;
        size = 0;
        digits = 0;
        extension = 0;
        trailerReader.clear();
    }

    boolean complete() {
        return state == State.DONE;
    }

    boolean read(ByteBuf in, BodySink sink) {
        from = in.readerIndex();
        while (state != State.DONE && in.isReadable()) {
            if (!step(in, sink)) {
                return false;
            }
        }
        flush(in, in.readerIndex(), sink);
        return true;
    }

    private boolean step(ByteBuf in, BodySink sink) {
        if (state == State.DATA) {
            data(in, sink);
            return true;
        }
        if (state == State.TRAILERS) {
            return trailers(in, sink);
        }
        int octet = in.readByte();
        return switch (state) {
            case SIZE -> size(octet, in, sink);
            case EXTENSION -> extension(octet, in);
            case SIZE_LF -> sizeEnd(octet, in);
            case DATA_CR -> expect(octet, Octets.CR, State.DATA_LF);
            case DATA_LF -> expect(octet, Octets.LF, State.SIZE);
            case DATA, TRAILERS, DONE -> throw new IllegalStateException("not read octet by octet: " + state);
        };
    }

    private boolean size(int octet, ByteBuf in, BodySink sink) {
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
        boolean opens = octet == ';' || octet == ' ' || octet == '\t';
        flush(in, in.readerIndex() - 1, sink);
        from = in.readerIndex();
        state = State.EXTENSION;
        return opens;
    }

    private boolean extension(int octet, ByteBuf in) {
        if (octet == Octets.CR) {
            from = in.readerIndex() - 1;
            state = State.SIZE_LF;
            return true;
        }
        from = in.readerIndex();
        return Octets.isValue((byte) octet) && ++extension <= MAX_EXTENSION;
    }

    private boolean sizeEnd(int octet, ByteBuf in) {
        if (octet != Octets.LF) {
            return false;
        }
        digits = 0;
        extension = 0;
        state = size == 0 ? State.TRAILERS : State.DATA;
        if (!keepFraming) {
            from = in.readerIndex();
        }
        return true;
    }

    private void data(ByteBuf in, BodySink sink) {
        int available = (int) Math.min(size, in.readableBytes());
        in.skipBytes(available);
        size -= available;
        if (size > 0) {
            return;
        }
        state = State.DATA_CR;
        if (!keepFraming) {
            flush(in, in.readerIndex(), sink);
        }
    }

    private boolean expect(int octet, int wanted, State next) {
        state = next;
        return octet == wanted;
    }

    private boolean trailers(ByteBuf in, BodySink sink) {
        int at = in.readerIndex();
        boolean plain = trailers.length() == 0 && in.readableBytes() >= 2;
        if (plain && in.getByte(at) == Octets.CR && in.getByte(at + 1) == Octets.LF) {
            in.skipBytes(2);
            state = State.DONE;
            if (!keepFraming) {
                from = in.readerIndex();
            }
            return true;
        }
        flush(in, at, sink);
        while (trailerReader.take(in)) {
            var result = trailerReader.read();
            if (result == HeadResult.DONE) {
                trailerReader.giveBack(in);
                from = in.readerIndex();
                state = State.DONE;
                emitTrailers(sink);
                return true;
            }
            if (result != HeadResult.MORE) {
                return false;
            }
        }
        from = in.readerIndex();
        return true;
    }

    private void emitTrailers(BodySink sink) {
        if (!keepFraming) {
            return;
        }
        var out = new HeadWriter();
        out.lines(trailers, 0, DROPPED_TRAILERS);
        sink.piece(out.finish(Unpooled::buffer, 0));
    }

    /// Hands on the bytes from the last flush up to `to`. Without framing, only data is ever left to flush.
    private void flush(ByteBuf in, int to, BodySink sink) {
        boolean wanted = keepFraming || state == State.DATA || state == State.DATA_CR;
        if (wanted && to > from) {
            sink.piece(in.retainedSlice(from, to - from));
        }
        from = to;
    }
}
