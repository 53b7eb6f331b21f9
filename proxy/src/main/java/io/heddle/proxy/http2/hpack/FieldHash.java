package io.heddle.proxy.http2.hpack;

import io.heddle.traffic.request.Span;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// A quick hash of names and values, eight octets at a time. What it finds is always compared.
final class FieldHash {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long FACTOR = 0x9E37_79B9_7F4A_7C15L;

    private FieldHash() {}

    /// The hash of a span, begun with `seed`.
    static int of(byte[] bytes, long span, int seed) {
        int at = Span.start(span);
        int end = Span.end(span);
        long hash = seed ^ ((end - at) * FACTOR);
        while (at + 8 <= end) {
            hash = Long.rotateLeft((hash ^ (long) LONGS.get(bytes, at)) * FACTOR, 29);
            at += 8;
        }
        long rest = 0;
        while (at < end) {
            rest = rest << 8 | (bytes[at++] & 0xff);
        }
        hash = (hash ^ rest) * FACTOR;
        return (int) (hash >>> 32);
    }
}
