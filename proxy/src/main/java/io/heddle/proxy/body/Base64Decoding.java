package io.heddle.proxy.body;

import io.heddle.proxy.http.HeaderLines;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/// Makes a body of base64 plain (RFC 4648, section 4), as clients of gRPC-Web in its text form send it: groups of four
/// characters, padded where a part of it ends.
final class Base64Decoding implements BodyTransform {
    private static final int PAD = 64;
    private static final byte[] VALUES = values();

    private int group;
    private int count;
    private int pads;
    private boolean over;

    private static byte[] values() {
        var values = new byte[256];
        for (int i = 0; i < values.length; i++) {
            values[i] = -1;
        }
        for (int i = 0; i < 26; i++) {
            values['A' + i] = (byte) i;
            values['a' + i] = (byte) (26 + i);
        }
        for (int i = 0; i < 10; i++) {
            values['0' + i] = (byte) (52 + i);
        }
        values['+'] = 62;
        values['/'] = 63;
        values['='] = PAD;
        return values;
    }

    @Override
    public void piece(ByteBuf piece, BodyOutput out) {
        if (over) {
            piece.release();
            return;
        }
        var plain = ByteBufAllocator.DEFAULT.directBuffer(piece.readableBytes() * 3 / 4 + 3);
        boolean good = true;
        while (good && piece.isReadable()) {
            good = octet(VALUES[piece.readByte() & 0xff], plain);
        }
        piece.release();
        if (plain.isReadable()) {
            out.piece(plain);
        } else {
            plain.release();
        }
        if (!good) {
            fault(out);
        }
    }

    private boolean octet(int value, ByteBuf plain) {
        boolean pad = value == PAD;
        if (value < 0 || (pad ? count < 2 : pads > 0)) {
            return false;
        }
        pads += pad ? 1 : 0;
        group = group << 6 | (pad ? 0 : value);
        count++;
        if (count == 4) {
            for (int i = 0; i < 3 - pads; i++) {
                plain.writeByte(group >>> (16 - 8 * i));
            }
            group = 0;
            count = 0;
            pads = 0;
        }
        return true;
    }

    private void fault(BodyOutput out) {
        if (!over) {
            over = true;
            out.fault("grpc_base_64_decode_failed");
        }
    }

    @Override
    public void pause(BodyOutput out) {
        // What is whole is out already.
    }

    @Override
    public void end(HeaderLines trailers, BodyOutput out) {
        if (count > 0) {
            fault(out);
        } else if (!over) {
            out.end(trailers);
        }
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
