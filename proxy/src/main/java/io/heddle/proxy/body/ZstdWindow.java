package io.heddle.proxy.body;

import java.nio.ByteBuffer;

/// Reads how large a window each Zstandard frame wants from its header (RFC 8878, section 3.1.1.1), before the library
/// does and makes room for it.
final class ZstdWindow {
    /// RFC 9659.
    static final long LARGEST = 8L * 1024 * 1024;

    private static final int MAGIC = 0xFD2FB528;
    private static final int MAGIC_LENGTH = 4;
    private static final int LONGEST_HEADER = 18;

    private final byte[] header = new byte[LONGEST_HEADER];
    private int length;
    private boolean known;

    /// Whether what comes next may be decoded.
    ///
    /// @param source what comes next; not moved
    /// @param first whether a frame begins with it
    boolean admits(ByteBuffer source, boolean first) {
        if (first) {
            length = 0;
            known = false;
        }
        for (int i = source.position(); i < source.limit() && !known && length < LONGEST_HEADER; i++) {
            header[length] = source.get(i);
            length++;
            if (!isGood()) {
                return false;
            }
        }
        return true;
    }

    /// Whether the bytes so far are of no header that wants too much.
    private boolean isGood() {
        if (length <= MAGIC_LENGTH) {
            return true;
        }
        int magic = 0;
        for (int i = MAGIC_LENGTH - 1; i >= 0; i--) {
            magic = (magic << Byte.SIZE) | (header[i] & 0xff);
        }
        if (magic != MAGIC) {
            known = true; // a frame to be skipped, or none at all
            return true;
        }
        int descriptor = header[MAGIC_LENGTH] & 0xff;
        boolean single = (descriptor & 0x20) != 0;
        return single ? isGoodSegment(descriptor) : isGoodWindow();
    }

    private boolean isGoodWindow() {
        if (length < MAGIC_LENGTH + 2) {
            return true;
        }
        known = true;
        int window = header[MAGIC_LENGTH + 1] & 0xff;
        long base = 1L << (10 + (window >> 3));
        return base + (base >> 3) * (window & 7) <= LARGEST;
    }

    /// A frame of one segment has no window but its whole content.
    private boolean isGoodSegment(int descriptor) {
        int ofDictionary = (1 << (descriptor & 3)) >> 1;
        int ofSize = 1 << (descriptor >> 6);
        int start = MAGIC_LENGTH + 1 + ofDictionary;
        if (length < start + ofSize) {
            return true;
        }
        known = true;
        long size = 0;
        for (int i = start + ofSize - 1; i >= start; i--) {
            size = (size << Byte.SIZE) | (header[i] & 0xff);
        }
        return size >= 0 && size <= LARGEST; // of two bytes it is 256 more, which is nothing here
    }
}
