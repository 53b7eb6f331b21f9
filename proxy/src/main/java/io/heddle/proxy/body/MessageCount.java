package io.heddle.proxy.body;

import io.heddle.proxy.http.HeaderLines;
import io.netty.buffer.ByteBuf;

/// Lets a body pass as it is and tells of each gRPC message in it, when its length is known (gRPC over HTTP/2,
/// "Length-Prefixed-Message"). What is no message ends the telling.
final class MessageCount implements BodyTransform {
    private static final int PREFIX = 5;
    private static final int OTHER_FLAGS = 0xfe;

    private final Runnable message;
    private long skip;
    private int prefixRead;
    private int length;
    private boolean over;

    /// Runs `message` once a message.
    MessageCount(Runnable message) {
        this.message = message;
    }

    @Override
    public void piece(ByteBuf piece, BodyOutput out) {
        look(piece);
        out.piece(piece);
    }

    private void look(ByteBuf piece) {
        int at = piece.readerIndex();
        int end = piece.writerIndex();
        while (at < end && !over) {
            if (skip > 0) {
                int part = (int) Math.min(skip, end - at);
                skip -= part;
                at += part;
            } else {
                prefix(piece.getByte(at));
                at++;
            }
        }
    }

    private void prefix(byte octet) {
        if (prefixRead == 0) {
            over = (octet & OTHER_FLAGS) != 0;
            length = 0;
        } else {
            length = length << 8 | (octet & 0xff);
        }
        prefixRead++;
        if (prefixRead == PREFIX) {
            prefixRead = 0;
            skip = length & 0xffffffffL;
            message.run();
        }
    }

    @Override
    public void pause(BodyOutput out) {
        // Nothing waits here.
    }

    @Override
    public void end(HeaderLines trailers, BodyOutput out) {
        out.end(trailers);
    }

    @Override
    public boolean isFull() {
        return false;
    }

    @Override
    public void close() {
        over = true;
    }
}
