package io.heddle.traffic.hash;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// The hash function MurmurHash64A with the seed that GNU's C++ library uses for texts: Envoy's `MURMUR_HASH_2`,
/// which places hosts on a ring as older versions and other proxies do.
public final class MurmurHash2 {
    private static final long MULTIPLIER = 0xc6a4a7935bd1e995L;
    private static final long SEED = 0xc70f6907L;
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private MurmurHash2() {}

    /// The hash of `bytes`.
    public static long hash(byte[] bytes) {
        long hash = SEED ^ bytes.length * MULTIPLIER;
        int whole = bytes.length & ~7;
        for (int at = 0; at < whole; at += 8) {
            hash = (hash ^ mix((long) LONGS.get(bytes, at) * MULTIPLIER) * MULTIPLIER) * MULTIPLIER;
        }
        if (whole < bytes.length) {
            long rest = 0;
            for (int at = bytes.length - 1; at >= whole; at--) {
                rest = (rest << 8) | (bytes[at] & 0xff);
            }
            hash = (hash ^ rest) * MULTIPLIER;
        }
        return mix(mix(hash) * MULTIPLIER);
    }

    private static long mix(long value) {
        return value ^ value >>> 47;
    }
}
