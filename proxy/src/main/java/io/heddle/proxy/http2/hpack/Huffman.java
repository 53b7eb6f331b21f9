package io.heddle.proxy.http2.hpack;

/// The Huffman code of HPACK (RFC 7541, appendix B), read.
///
/// The code is canonical: codes of one length follow each other in the order of their symbols, shorter ones before
/// longer ones. So the lengths say everything. Codes of up to ten bits, which is all that usual text has, are found
/// with one look into a table; the rest by comparing with where each length ends. Nothing is ever written in this
/// code: most lines of a connection are an index, and decoding costs more than the bytes saved are worth on a local
/// network.
final class Huffman {
    private static final int END_OF_STRING = 256;
    private static final int FAST_BITS = 10;
    private static final int MAX_BITS = 30;

    /// The length of each symbol's code; the last is that of the end of string.
    private static final byte[] LENGTHS = {
        13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28,
        28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15,
        6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
        15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22,
        20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23,
        23, 24, 22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22,
        22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26,
        27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27,
        26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30
    };

    /// By the next ten bits: length in the upper byte and symbol in the lower; 0 for a longer code.
    private static final short[] FAST = new short[1 << FAST_BITS];

    /// Symbols in the order of their codes.
    private static final short[] SYMBOLS = new short[LENGTHS.length];

    /// By length: the first code that is longer, its bits aligned to the left of 32.
    private static final long[] LIMITS = new long[MAX_BITS + 1];

    /// By length: the first code of that length, and where its symbol stands in [#SYMBOLS].
    private static final int[] FIRST_CODES = new int[MAX_BITS + 1];

    private static final int[] FIRST_SYMBOLS = new int[MAX_BITS + 1];

    static {
        int code = 0;
        int at = 0;
        for (int length = 1; length <= MAX_BITS; length++) {
            code <<= 1;
            FIRST_CODES[length] = code;
            FIRST_SYMBOLS[length] = at;
            for (int symbol = 0; symbol < LENGTHS.length; symbol++) {
                if (LENGTHS[symbol] == length) {
                    SYMBOLS[at++] = (short) symbol;
                    fast(code++, length, symbol);
                }
            }
            LIMITS[length] = (long) code << (32 - length);
        }
    }

    private Huffman() {}

    private static void fast(int code, int length, int symbol) {
        if (length > FAST_BITS) {
            return;
        }
        int first = code << (FAST_BITS - length);
        for (int i = 0; i < 1 << (FAST_BITS - length); i++) {
            FAST[first + i] = (short) (length << 8 | symbol);
        }
    }

    /// The length in bits of a symbol's code.
    static int length(int symbol) {
        return LENGTHS[symbol];
    }

    /// How many bytes `encoded` bytes can become at most.
    static int maxDecoded(int encoded) {
        return encoded * 8 / 5;
    }

    /// Decodes bytes `from` to `to` (exclusive) of `in` into `out` from `at` on, where [#maxDecoded] have room.
    /// Gives where the text ends; -1 when it contains the end of string, or is padded with more than seven bits or
    /// with anything but ones.
    static int decode(byte[] in, int from, int to, byte[] out, int at) {
        long bits = 0;
        int count = 0;
        int next = from;
        int end = at;
        while (true) {
            while (count <= 32 && next < to) {
                bits = bits << 8 | (in[next++] & 0xff);
                count += 8;
            }
            // Beyond the end stand ones, as in the padding.
            long ahead = count >= 32 ? bits >>> (count - 32) : bits << (32 - count) | (0xffff_ffffL >>> count);
            int found = FAST[(int) (ahead >>> (32 - FAST_BITS)) & ((1 << FAST_BITS) - 1)];
            int length = found >>> 8;
            if (found == 0) {
                length = slowLength(ahead & 0xffff_ffffL);
                found = symbol(ahead & 0xffff_ffffL, length);
            }
            if (length > count) {
                return count <= 7 && isOnes(bits, count) ? end : -1;
            }
            if (length > FAST_BITS && found == END_OF_STRING) {
                return -1;
            }
            out[end++] = (byte) found;
            count -= length;
        }
    }

    private static boolean isOnes(long bits, int count) {
        long mask = (1L << count) - 1;
        return (bits & mask) == mask;
    }

    private static int slowLength(long ahead) {
        int length = FAST_BITS + 1;
        while (length < MAX_BITS && ahead >= LIMITS[length]) {
            length++;
        }
        return length;
    }

    private static int symbol(long ahead, int length) {
        return SYMBOLS[FIRST_SYMBOLS[length] + (int) (ahead >>> (32 - length)) - FIRST_CODES[length]];
    }
}
