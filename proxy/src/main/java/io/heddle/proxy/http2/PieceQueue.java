package io.heddle.proxy.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;

/// Pieces of a body that have to wait, in order. Small ones are gathered into one buffer, so that a body sent in tiny
/// pieces does not hold a receive buffer for each.
final class PieceQueue {
    private static final int SMALL = 1024;
    private static final int GATHERED = 8192;

    private final ArrayDeque<ByteBuf> pieces = new ArrayDeque<>(4);
    private ByteBuf gather = Unpooled.EMPTY_BUFFER;
    private int bytes;

    boolean isEmpty() {
        return bytes == 0;
    }

    /// How many bytes wait.
    int bytes() {
        return bytes;
    }

    /// Appends a piece, which the queue owns then.
    @SuppressWarnings("ReferenceEquality") // Asks whether the last piece is the one that can take more.
    void add(ByteBuf piece) {
        int size = piece.readableBytes();
        bytes += size;
        if (size == 0 || size > SMALL) {
            keep(piece, size);
            return;
        }
        if (pieces.peekLast() != gather || gather.writableBytes() < size) {
            gather = piece.alloc().directBuffer(Math.max(size * 2, Math.min(GATHERED, bytes * 2)));
            pieces.addLast(gather);
        }
        gather.writeBytes(piece);
        piece.release();
    }

    private void keep(ByteBuf piece, int size) {
        if (size == 0) {
            piece.release();
        } else {
            pieces.addLast(piece);
        }
    }

    /// Takes at most `most` bytes, at least one, from the first piece; the queue is not empty.
    ByteBuf take(int most) {
        var first = pieces.getFirst();
        int size = first.readableBytes();
        if (size > most) {
            bytes -= most;
            return first.readRetainedSlice(most);
        }
        bytes -= size;
        return pieces.removeFirst();
    }

    /// Forgets what waits.
    void clear() {
        while (!pieces.isEmpty()) {
            pieces.removeFirst().release();
        }
        bytes = 0;
    }
}
