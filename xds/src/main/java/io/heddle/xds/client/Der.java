package io.heddle.xds.client;

import java.io.ByteArrayOutputStream;

/// Writes the few DER values (X.690) that a certificate request is made of.
final class Der {
    private static final int INTEGER = 0x02;
    private static final int BIT_STRING = 0x03;
    private static final int OBJECT_IDENTIFIER = 0x06;
    private static final int SEQUENCE = 0x30;
    private static final int CONTEXT_0 = 0xA0;
    private static final int SHORT_FORM_MAX = 0x7F;

    private Der() {}

    static byte[] sequence(byte[]... parts) {
        return tagged(SEQUENCE, join(parts));
    }

    static byte[] zero() {
        return tagged(INTEGER, new byte[] {0});
    }

    static byte[] bitString(byte[] bytes) {
        return tagged(BIT_STRING, join(new byte[] {0}, bytes)); // no unused bits
    }

    static byte[] context0(byte[]... parts) {
        return tagged(CONTEXT_0, join(parts));
    }

    /// An object identifier, for example `1, 2, 840, 10045, 4, 3, 2`.
    static byte[] objectIdentifier(int... arcs) {
        var out = new ByteArrayOutputStream();
        out.write(arcs[0] * 40 + arcs[1]);
        for (int i = 2; i < arcs.length; i++) {
            int arc = arcs[i];
            for (int shift = 28; shift > 0; shift -= 7) {
                if (arc >>> shift != 0) {
                    out.write((arc >>> shift & 0x7F) | 0x80);
                }
            }
            out.write(arc & 0x7F);
        }
        return tagged(OBJECT_IDENTIFIER, out.toByteArray());
    }

    private static byte[] tagged(int tag, byte[] content) {
        var out = new ByteArrayOutputStream();
        out.write(tag);
        if (content.length <= SHORT_FORM_MAX) {
            out.write(content.length);
        } else {
            int bytes = (Integer.SIZE - Integer.numberOfLeadingZeros(content.length) + 7) / 8;
            out.write(0x80 | bytes);
            for (int i = bytes - 1; i >= 0; i--) {
                out.write(content.length >>> (8 * i));
            }
        }
        out.writeBytes(content);
        return out.toByteArray();
    }

    private static byte[] join(byte[]... parts) {
        var out = new ByteArrayOutputStream();
        for (var part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
