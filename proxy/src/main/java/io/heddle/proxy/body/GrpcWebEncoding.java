package io.heddle.proxy.body;

import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.Octets;
import io.heddle.proxy.http.Trailers;
import io.heddle.traffic.request.Span;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/// Makes an answer of gRPC one of gRPC-Web: its trailers become a last frame of the body, and all of it base64 where
/// that is wanted.
final class GrpcWebEncoding implements BodyTransform {
    private static final int TRAILERS = 0x80;
    private static final byte[] DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
            .getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    private final boolean text;
    private int rest;
    private int count;

    /// In the text form if `text`.
    GrpcWebEncoding(boolean text) {
        this.text = text;
    }

    @Override
    public void piece(ByteBuf piece, BodyOutput out) {
        if (!text) {
            out.piece(piece);
            return;
        }
        var coded = ByteBufAllocator.DEFAULT.directBuffer((piece.readableBytes() + count) / 3 * 4 + 4);
        while (piece.isReadable()) {
            rest = rest << 8 | (piece.readByte() & 0xff);
            count++;
            if (count == 3) {
                digits(coded, 4);
            }
        }
        piece.release();
        give(coded, out);
    }

    private void digits(ByteBuf coded, int digits) {
        int bits = rest << (8 * (3 - count));
        for (int i = 0; i < 4; i++) {
            coded.writeByte(i < digits ? DIGITS[(bits >>> (18 - 6 * i)) & 63] : '=');
        }
        rest = 0;
        count = 0;
    }

    private static void give(ByteBuf coded, BodyOutput out) {
        if (coded.isReadable()) {
            out.piece(coded);
        } else {
            coded.release();
        }
    }

    @Override
    public void pause(BodyOutput out) {
        if (count > 0) {
            var coded = ByteBufAllocator.DEFAULT.directBuffer(4, 4);
            digits(coded, count + 1);
            give(coded, out);
        }
    }

    @Override
    public void end(HeaderLines trailers, BodyOutput out) {
        var frame = ByteBufAllocator.DEFAULT.directBuffer(5 + trailers.length());
        frame.writeByte(TRAILERS).writeInt(0);
        for (int i = 0; i < trailers.count(); i++) {
            if (Trailers.passes(trailers, i)) {
                line(trailers, i, frame);
            }
        }
        frame.setInt(1, frame.readableBytes() - 5);
        piece(frame, out);
        pause(out);
        out.end(HeaderLines.EMPTY);
    }

    private static void line(HeaderLines trailers, int line, ByteBuf frame) {
        long name = trailers.name(line);
        for (int i = Span.start(name); i < Span.end(name); i++) {
            frame.writeByte(Octets.lower(trailers.bytes()[i]));
        }
        long value = trailers.value(line);
        frame.writeByte(':');
        frame.writeBytes(trailers.bytes(), Span.start(value), Span.length(value));
        frame.writeByte('\r').writeByte('\n');
    }

    @Override
    public boolean isFull() {
        return false;
    }

    @Override
    public void close() {
        // It holds two octets at most.
    }
}
