package io.heddle.proxy.grpc;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/// Finds the messages in the bytes of a call: each has one byte that tells whether it is compressed, four of its
/// length, and itself (gRPC over HTTP/2, "Length-Prefixed-Message").
///
/// Room for a message grows with what has come of it, not with what its length announces.
final class MessageReader {
    private static final int PREFIX = 5;
    private static final int FIRST_ROOM = 8 * 1024;

    private final int largest;
    private final byte[] prefix = new byte[PREFIX];
    private byte[] message = new byte[0];
    private int prefixRead;
    private int read;
    private int length;

    /// What was found.
    enum Result {
        /// All bytes are taken, and no message is complete.
        MORE,
        /// A message is complete: [#take]. There may be more bytes.
        MESSAGE,
        /// A message is longer than it may be; nothing more can be read.
        TOO_LARGE,
        /// A message is compressed, which was not offered; nothing more can be read.
        COMPRESSED,
        /// The first byte is neither 0 nor 1: this is no message; nothing more can be read.
        MALFORMED
    }

    /// Takes messages of up to `largest` bytes.
    MessageReader(int largest) {
        this.largest = largest;
    }

    /// Takes bytes of `in` until a message is complete.
    Result read(ByteBuf in) {
        if (prefixRead < PREFIX) {
            int part = Math.min(PREFIX - prefixRead, in.readableBytes());
            in.readBytes(prefix, prefixRead, part);
            prefixRead += part;
            if (prefixRead < PREFIX) {
                return Result.MORE;
            }
            var begun = begin();
            if (begun != Result.MORE) {
                return begun;
            }
        }
        int part = Math.min(length - read, in.readableBytes());
        makeRoom(read + part);
        in.readBytes(message, read, part);
        read += part;
        return read == length ? Result.MESSAGE : Result.MORE;
    }

    private Result begin() {
        if (prefix[0] != 0) {
            return prefix[0] == 1 ? Result.COMPRESSED : Result.MALFORMED;
        }
        length = (prefix[1] & 0xff) << 24 | (prefix[2] & 0xff) << 16 | (prefix[3] & 0xff) << 8 | (prefix[4] & 0xff);
        if (length < 0 || length > largest) {
            return Result.TOO_LARGE;
        }
        message = new byte[Math.min(length, FIRST_ROOM)];
        read = 0;
        return Result.MORE;
    }

    private void makeRoom(int needed) {
        if (needed > message.length) {
            int room = (int) Math.min(length, Math.max(needed, message.length * 2L));
            message = Arrays.copyOf(message, room);
        }
    }

    /// The message that is complete; the next one begins.
    byte[] take() {
        var whole = message;
        message = new byte[0];
        prefixRead = 0;
        return whole;
    }

    /// Whether a message has begun that is not complete.
    boolean isWithin() {
        return prefixRead > 0;
    }
}
