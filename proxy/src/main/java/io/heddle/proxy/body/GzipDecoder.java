package io.heddle.proxy.body;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/// Makes gzip plain (RFC 1952): any number of members, checked by their checksums and lengths. Names and comments in
/// their heads may have 8 KiB each.
final class GzipDecoder implements Decoder {
    private static final int CHUNK = 16 * 1024;
    private static final int LONGEST_TEXT = 8192;
    private static final int RESERVED_FLAGS = 0xe0;
    private static final int HAS_CHECKSUM = 2;
    private static final int HAS_EXTRA = 4;
    private static final int HAS_NAME = 8;
    private static final int HAS_COMMENT = 16;

    private enum State {
        FIXED,
        EXTRA_LENGTH,
        EXTRA,
        NAME,
        COMMENT,
        HEAD_CHECKSUM,
        DATA,
        TRAILER
    }

    private final Inflater inflater = new Inflater(true);
    private final CRC32 checksum = new CRC32();
    private final byte[] few = new byte[10];
    private State state = State.FIXED;
    private int flags;
    private int got;
    private int skip;
    private boolean any;
    private boolean stopped;

    @Override
    public boolean decode(ByteBuf piece, Chunks out) {
        var in = piece.duplicate();
        while (in.isReadable()) {
            if (state == State.DATA) {
                if (!inflate(in, out)) {
                    return false;
                }
                if (stopped) {
                    return true;
                }
            } else if (!step(in.readByte())) {
                return false;
            }
        }
        return true;
    }

    private boolean inflate(ByteBuf in, Chunks out) {
        inflater.setInput(in.nioBuffer());
        long before = inflater.getBytesRead();
        try {
            boolean more = true;
            while (more) {
                var chunk = ByteBufAllocator.DEFAULT.directBuffer(CHUNK, CHUNK);
                int made = inflate(chunk);
                more = made > 0 && !inflater.finished();
                if (made == 0) {
                    chunk.release();
                } else {
                    checksum.update(chunk.nioBuffer(0, made));
                    stopped = !out.take(chunk.writerIndex(made));
                }
                if (stopped) {
                    return true;
                }
            }
        } catch (DataFormatException _) {
            return false;
        }
        in.skipBytes((int) (inflater.getBytesRead() - before));
        if (inflater.finished()) {
            state = State.TRAILER;
            got = 0;
        }
        return !inflater.needsDictionary() && (inflater.finished() || !in.isReadable());
    }

    private int inflate(ByteBuf chunk) throws DataFormatException {
        try {
            return inflater.inflate(chunk.nioBuffer(0, CHUNK));
        } catch (DataFormatException malformed) {
            chunk.release();
            throw malformed;
        }
    }

    private boolean step(byte octet) {
        return switch (state) {
            case FIXED -> fixed(octet);
            case EXTRA_LENGTH -> {
                few[got++] = octet;
                if (got == 2) {
                    skip = (few[0] & 0xff) | (few[1] & 0xff) << 8;
                    enter(skip == 0 ? afterExtra() : State.EXTRA);
                }
                yield true;
            }
            case EXTRA -> {
                skip--;
                if (skip == 0) {
                    enter(afterExtra());
                }
                yield true;
            }
            case NAME -> text(octet, afterName());
            case COMMENT -> text(octet, afterComment());
            case HEAD_CHECKSUM -> {
                got++;
                if (got == 2) {
                    enter(State.DATA);
                }
                yield true;
            }
            case TRAILER -> trailer(octet);
            case DATA -> throw new IllegalStateException("data is inflated");
        };
    }

    private void enter(State next) {
        state = next;
        got = 0;
    }

    private boolean fixed(byte octet) {
        few[got++] = octet;
        boolean good = switch (got) {
            case 1 -> few[0] == 0x1f;
            case 2 -> few[1] == (byte) 0x8b;
            case 3 -> few[2] == 8;
            case 4 -> (few[3] & RESERVED_FLAGS) == 0;
            default -> true;
        };
        any = true;
        if (got == few.length) {
            flags = few[3];
            enter((flags & HAS_EXTRA) != 0 ? State.EXTRA_LENGTH : afterExtra());
        }
        return good;
    }

    private State afterExtra() {
        return (flags & HAS_NAME) != 0 ? State.NAME : afterName();
    }

    private State afterName() {
        return (flags & HAS_COMMENT) != 0 ? State.COMMENT : afterComment();
    }

    private State afterComment() {
        return (flags & HAS_CHECKSUM) != 0 ? State.HEAD_CHECKSUM : State.DATA;
    }

    private boolean text(byte octet, State next) {
        got++;
        if (octet == 0) {
            enter(next);
        }
        return got <= LONGEST_TEXT;
    }

    private boolean trailer(byte octet) {
        few[got++] = octet;
        if (got < 8) {
            return true;
        }
        boolean good = number(0) == (int) checksum.getValue() && number(4) == (int) inflater.getBytesWritten();
        inflater.reset();
        checksum.reset();
        enter(State.FIXED);
        return good;
    }

    private int number(int at) {
        return (few[at] & 0xff) | (few[at + 1] & 0xff) << 8 | (few[at + 2] & 0xff) << 16 | (few[at + 3] & 0xff) << 24;
    }

    @Override
    public boolean isComplete() {
        return !any || (state == State.FIXED && got == 0);
    }

    @Override
    public void close() {
        inflater.end();
    }
}
