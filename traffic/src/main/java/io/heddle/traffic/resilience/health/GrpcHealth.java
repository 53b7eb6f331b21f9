package io.heddle.traffic.resilience.health;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The two messages of `grpc.health.v1.Health/Check` as they travel: five octets that say how long a message is, then
/// the message (gRPC over HTTP/2, "Length-Prefixed-Message"; protocol buffers' wire format). Pure.
public final class GrpcHealth {
    /// The path of the call.
    public static final String PATH = "/grpc.health.v1.Health/Check";

    /// So many octets of an answer are looked at; a longer one says nothing.
    public static final int LONGEST = 4 * 1024;

    private static final int PREFIX = 5;
    private static final int SERVING = 1;
    private static final int NAME = 0x0a; // field 1, with a length
    private static final int STATUS = 0x08; // field 1, a number
    private static final int LONGEST_NUMBER = 10;

    private GrpcHealth() {}

    /// Asks for the health of `service`; empty for that of the whole server.
    public static byte[] request(String service) {
        var name = service.getBytes(StandardCharsets.UTF_8);
        var length = number(name.length);
        int size = name.length == 0 ? 0 : 1 + length.length + name.length;
        var framed = new byte[PREFIX + size];
        framed[1] = (byte) (size >>> 24);
        framed[2] = (byte) (size >>> 16);
        framed[3] = (byte) (size >>> 8);
        framed[4] = (byte) size;
        if (size > 0) {
            framed[PREFIX] = NAME;
            System.arraycopy(length, 0, framed, PREFIX + 1, length.length);
            System.arraycopy(name, 0, framed, PREFIX + 1 + length.length, name.length);
        }
        return framed;
    }

    private static byte[] number(int value) {
        var octets = new byte[LONGEST_NUMBER];
        int at = 0;
        int left = value;
        while (left > 0x7f) {
            octets[at++] = (byte) ((left & 0x7f) | 0x80);
            left >>>= 7;
        }
        octets[at++] = (byte) left;
        return Arrays.copyOf(octets, at);
    }

    /// Whether the first `length` octets are one whole answer that says `SERVING`.
    public static boolean isServing(byte[] framed, int length) {
        if (length < PREFIX || length > LONGEST || framed[0] != 0) {
            return false;
        }
        long size = 0;
        for (int i = 1; i < PREFIX; i++) {
            size = (size << 8) + (framed[i] & 0xff);
        }
        return size == length - PREFIX && new Fields(framed, length).status() == SERVING;
    }

    /// Goes through the fields of the message behind the prefix.
    private static final class Fields {
        private final byte[] bytes;
        private final int end;
        private int at = PREFIX;
        private boolean broken;

        Fields(byte[] bytes, int end) {
            this.bytes = bytes;
            this.end = end;
        }

        /// The last value of the status; 0 without, -1 where the message is malformed.
        long status() {
            long status = 0;
            while (at < end && !broken) {
                long tag = number();
                if (tag == STATUS) {
                    status = number();
                } else {
                    pass((int) (tag & 7));
                }
            }
            return broken ? -1 : status;
        }

        private void pass(int kind) {
            switch (kind) {
                case 0 -> number();
                case 1 -> move(8);
                case 2 -> move(number());
                case 5 -> move(4);
                default -> broken = true;
            }
        }

        private void move(long by) {
            if (by < 0 || by > end - at) {
                broken = true;
            } else {
                at += (int) by;
            }
        }

        private long number() {
            long value = 0;
            for (int shift = 0; shift < 7 * LONGEST_NUMBER && at < end; shift += 7) {
                byte octet = bytes[at++];
                value |= (octet & 0x7fL) << shift;
                if (octet >= 0) {
                    return value;
                }
            }
            broken = true;
            return 0;
        }
    }
}
