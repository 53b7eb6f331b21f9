package io.heddle.traffic.request;

import java.nio.charset.StandardCharsets;

/// A range of bytes packed into a `long`: start in the upper half, end (exclusive) in the lower. It allocates nothing.
public final class Span {
    /// The span of something that is not there.
    public static final long ABSENT = -1L;

    private Span() {}

    /// The range from `start` to `end` (exclusive).
    public static long of(int start, int end) {
        return ((long) start << 32) | end;
    }

    /// The first byte's index.
    public static int start(long span) {
        return (int) (span >>> 32);
    }

    /// The index after the last byte.
    public static int end(long span) {
        return (int) span;
    }

    /// How many bytes.
    public static int length(long span) {
        return end(span) - start(span);
    }

    /// Whether there is such a thing at all; an empty value is present.
    public static boolean isPresent(long span) {
        return span != ABSENT;
    }

    /// The bytes as text (ISO 8859-1, so that nothing is lost).
    public static String text(byte[] bytes, long span) {
        return new String(bytes, start(span), length(span), StandardCharsets.ISO_8859_1);
    }
}
