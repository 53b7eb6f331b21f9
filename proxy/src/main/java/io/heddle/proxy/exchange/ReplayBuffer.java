package io.heddle.proxy.exchange;

import io.heddle.proxy.upstream.pool.UpstreamStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A request's body so far, kept until it is answered, so that it can be sent again. At most [#limit] bytes, 64 KiB
/// unless something else is said: beyond that it is given up, and so are retries.
final class ReplayBuffer {
    static final int LIMIT = 64 * 1024;
    /// Pieces below this are copied together: each would hold on to the much larger buffer it was read into.
    private static final int SMALL = 1024;
    private static final int TOGETHER = 8192;

    private final List<ByteBuf> pieces = new ArrayList<>(0);
    private @Nullable ByteBuf tail;
    private int size;
    private int limit = LIMIT;
    private boolean complete = true;

    /// At most so many bytes are kept from now on, until [#clear].
    void limit(int most) {
        limit = most;
    }

    /// Keeps `piece`, which stays the caller's. `required` keeps it beyond the limit, as it was not sent at all yet.
    void keep(ByteBuf piece, boolean required) {
        if (!complete) {
            return;
        }
        size += piece.readableBytes();
        if (size > limit && !required) {
            drop();
            return;
        }
        if (piece.readableBytes() < SMALL) {
            copy(piece);
        } else {
            pieces.add(piece.retainedDuplicate());
            tail = null;
        }
    }

    private void copy(ByteBuf piece) {
        if (tail == null || tail.writableBytes() < piece.readableBytes()) {
            tail = ByteBufAllocator.DEFAULT.directBuffer(TOGETHER, TOGETHER);
            pieces.add(tail);
        }
        tail.writeBytes(piece, piece.readerIndex(), piece.readableBytes());
    }

    /// Whether nothing is kept.
    boolean isEmpty() {
        return pieces.isEmpty();
    }

    /// Whether everything received is still here.
    boolean isComplete() {
        return complete;
    }

    /// Whether it holds as much as it wants to.
    boolean isFull() {
        return size > limit;
    }

    /// Shows every piece, which stays this buffer's.
    void forEach(Consumer<ByteBuf> reader) {
        pieces.forEach(reader);
    }

    /// Gives all pieces away and begins anew, empty; `taker` owns what it gets.
    void give(Consumer<ByteBuf> taker) {
        var given = List.copyOf(pieces);
        pieces.clear();
        clear();
        given.forEach(taker);
    }

    /// Writes all of it.
    void replay(UpstreamStream stream) {
        for (var piece : pieces) {
            stream.body(piece.retainedDuplicate());
        }
        if (size > limit) {
            drop();
        }
    }

    /// Lets go of the bytes; what follows is not kept.
    void drop() {
        clear();
        complete = false;
    }

    /// Begins anew, empty.
    void clear() {
        if (!pieces.isEmpty()) {
            pieces.forEach(ByteBuf::release);
            pieces.clear();
        }
        tail = null;
        size = 0;
        limit = LIMIT;
        complete = true;
    }
}
