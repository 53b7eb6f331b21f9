package io.heddle.proxy.observe;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The bytes of one log line, reused for line after line. What requests bring is escaped, so that no request can
/// forge a line or steer a terminal.
final class LogLine {
    private static final int FIRST = 512;
    private static final int KEPT = 4096;
    private static final int LONGEST_VALUE = 4096;
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private byte[] bytes = new byte[FIRST];
    private int length;

    /// How values are escaped.
    enum Escape {
        /// `\x0a`, `\"`, `\\`.
        TEXT,
        /// A JSON string's inside (RFC 8259, section 7).
        JSON
    }

    void clear() {
        length = 0;
        if (bytes.length > KEPT) {
            bytes = new byte[FIRST];
        }
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    /// Forgets what came after the first `size` bytes.
    void cut(int size) {
        length = size;
    }

    /// Trusted text, as it is.
    LogLine put(String text) {
        boolean ascii = true;
        ensure(text.length());
        for (int i = 0; i < text.length(); i++) {
            ascii &= text.charAt(i) <= 0x7f;
            bytes[length + i] = (byte) text.charAt(i);
        }
        if (ascii) {
            length += text.length();
            return this;
        }
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            put((char) (octet & 0xff));
        }
        return this;
    }

    LogLine put(char ascii) {
        ensure(1);
        bytes[length++] = (byte) ascii;
        return this;
    }

    LogLine put(long number) {
        return put(Long.toString(number));
    }

    /// `number` with at least `digits` digits.
    void padded(long number, int digits) {
        long limit = 10;
        for (int i = 1; i < digits; i++) {
            if (number < limit) {
                put('0');
            }
            limit *= 10;
        }
        put(number);
    }

    /// Text from outside. Longer values are cut.
    void value(String text, Escape escape) {
        int end = Math.min(text.length(), LONGEST_VALUE);
        for (int i = 0; i < end; i++) {
            character(text.charAt(i), escape);
        }
    }

    /// Bytes from outside, each taken as one character. Longer values are cut.
    void value(byte[] from, int start, int end, Escape escape) {
        int last = Math.min(end, start + LONGEST_VALUE);
        for (int i = start; i < last; i++) {
            character((char) (from[i] & 0xff), escape);
        }
    }

    private void character(char character, Escape escape) {
        if (character == '"' || character == '\\') {
            put('\\').put(character);
        } else if (character >= ' ' && character < 0x7f) {
            put(character);
        } else if (escape == Escape.TEXT && character <= 0xff) {
            put('\\').put('x').hex(character, 2);
        } else {
            put('\\').put('u').hex(character, 4);
        }
    }

    private void hex(char character, int digits) {
        for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) {
            put((char) HEX[(character >> shift) & 0xf]);
        }
    }

    private void ensure(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }

    @Override
    public String toString() {
        return new String(bytes, 0, length, StandardCharsets.US_ASCII);
    }
}
