package io.heddle.proxy.http2;

import io.netty.buffer.ByteBuf;

/// Tells by a connection's first bytes whether it begins with the preface of HTTP/2 (RFC 9113, section 3.4).
public final class Http2Preface {
    /// `PRI * HTTP/2.0`, which nobody says who does not mean HTTP/2: whatever follows is HTTP/2's to judge.
    private static final int ENOUGH = 14;

    private Http2Preface() {}

    /// What can be said.
    public enum Answer {
        /// It does.
        YES,
        /// It does not.
        NO,
        /// More bytes decide.
        MORE
    }

    /// Looks at the bytes of `in` and leaves them there.
    public static Answer compare(ByteBuf in) {
        int size = Math.min(in.readableBytes(), ENOUGH);
        for (int i = 0; i < size; i++) {
            if (in.getByte(in.readerIndex() + i) != Frames.preface(i)) {
                return Answer.NO;
            }
        }
        return size == ENOUGH ? Answer.YES : Answer.MORE;
    }
}
