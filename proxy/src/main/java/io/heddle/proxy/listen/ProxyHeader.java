package io.heddle.proxy.listen;

import io.netty.buffer.ByteBuf;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.CRC32C;

/// What stands before a connection's own bytes when a balancer in front speaks the PROXY protocol, version 1 or 2
/// (haproxy.org/download/3.0/doc/proxy-protocol.txt).
sealed interface ProxyHeader {
    /// The longest header of version 1, its line's end included.
    int LONGEST_LINE = 107;

    /// The most bytes that may follow the fixed 16 of version 2: addresses and TLVs.
    int LONGEST_BODY = 4096;

    /// It has not come whole yet.
    record More() implements ProxyHeader {}

    /// There is none.
    record Missing() implements ProxyHeader {}

    /// It breaks the rules.
    record Malformed(String reason) implements ProxyHeader {}

    /// A header.
    ///
    /// @param version 1 or 2
    /// @param length how many bytes it takes
    /// @param addresses what it tells; empty when it tells nothing (LOCAL, UNKNOWN, UNSPEC, UNIX)
    record Found(int version, int length, Optional<Addresses> addresses) implements ProxyHeader {}

    /// The client's connection to the balancer.
    record Addresses(InetSocketAddress source, InetSocketAddress destination) {}

    /// Reads the header at the reader index of `seen`, without moving it.
    static ProxyHeader read(ByteBuf seen) {
        int binary = same(seen, Binary.SIGNATURE);
        if (binary == Binary.SIGNATURE.length) {
            return Binary.read(seen);
        }
        int text = same(seen, Line.SIGNATURE);
        if (text == Line.SIGNATURE.length) {
            return Line.read(seen);
        }
        return Math.max(binary, text) == seen.readableBytes() ? new More() : new Missing();
    }

    private static int same(ByteBuf seen, byte[] signature) {
        int same = 0;
        int most = Math.min(signature.length, seen.readableBytes());
        while (same < most && seen.getByte(seen.readerIndex() + same) == signature[same]) {
            same++;
        }
        return same;
    }

    /// Version 1: a line of text.
    final class Line {
        private static final byte[] SIGNATURE = "PROXY ".getBytes(StandardCharsets.US_ASCII);
        private static final int WORDS = 6;

        private Line() {}

        private static ProxyHeader read(ByteBuf seen) {
            int start = seen.readerIndex();
            int most = Math.min(LONGEST_LINE, seen.readableBytes());
            int end = seen.indexOf(start, start + most, (byte) '\n');
            if (end < 0) {
                return most == LONGEST_LINE ? new Malformed("line longer than " + LONGEST_LINE) : new More();
            }
            if (end == start || seen.getByte(end - 1) != '\r') {
                return new Malformed("line does not end with CR LF");
            }
            var line = seen.toString(start, end - 1 - start, StandardCharsets.US_ASCII);
            int length = end + 1 - start;
            if (line.equals("PROXY UNKNOWN") || line.startsWith("PROXY UNKNOWN ")) {
                return new Found(1, length, Optional.empty());
            }
            return addresses(line.split(" ", -1))
                    .<ProxyHeader>map(told -> new Found(1, length, Optional.of(told)))
                    .orElseGet(() -> new Malformed("addresses of version 1"));
        }

        private static Optional<Addresses> addresses(String[] words) {
            if (words.length != WORDS || !(words[1].equals("TCP4") || words[1].equals("TCP6"))) {
                return Optional.empty();
            }
            boolean ipv4 = words[1].equals("TCP4");
            var source = address(words[2], words[4], ipv4);
            var destination = address(words[3], words[5], ipv4);
            return source.isPresent() && destination.isPresent()
                    ? Optional.of(new Addresses(source.get(), destination.get()))
                    : Optional.empty();
        }

        private static Optional<InetSocketAddress> address(String host, String port, boolean ipv4) {
            boolean valid = ipv4
                    ? NetUtil.isValidIpV4Address(host)
                    : NetUtil.isValidIpV6Address(host) && host.indexOf('%') < 0 && host.indexOf('[') < 0;
            if (!valid || !port.matches("0|[1-9][0-9]{0,4}") || Integer.parseInt(port) > 65_535) {
                return Optional.empty();
            }
            return Optional.of(new InetSocketAddress(InetAddress.ofLiteral(host), Integer.parseInt(port)));
        }
    }

    /// Version 2: binary.
    final class Binary {
        private static final byte[] SIGNATURE = {0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a
        };
        private static final int FIXED = 16;
        private static final int LOCAL = 0x20;
        private static final int PROXY = 0x21;
        private static final int STREAM = 1;
        private static final int CRC = 0x03;

        private Binary() {}

        private static ProxyHeader read(ByteBuf seen) {
            if (seen.readableBytes() < FIXED) {
                return new More();
            }
            int start = seen.readerIndex();
            int command = seen.getUnsignedByte(start + 12);
            int family = seen.getUnsignedByte(start + 13) >> 4;
            int transport = seen.getUnsignedByte(start + 13) & 0xf;
            int body = seen.getUnsignedShort(start + 14);
            if (command != LOCAL && command != PROXY) {
                return new Malformed("version or command " + command);
            }
            if (body > LONGEST_BODY) {
                return new Malformed("longer than " + LONGEST_BODY + " bytes");
            }
            if (seen.readableBytes() < FIXED + body) {
                return new More();
            }
            int length = FIXED + body;
            if (command == LOCAL) {
                return new Found(2, length, Optional.empty());
            }
            return switch (family) {
                case 0 -> new Found(2, length, Optional.empty());
                case 1 -> transport == STREAM ? addresses(seen, body, 4) : notStream();
                case 2 -> transport == STREAM ? addresses(seen, body, 16) : notStream();
                case 3 -> transport == STREAM ? new Found(2, length, Optional.empty()) : notStream();
                default -> new Malformed("address family " + family);
            };
        }

        private static ProxyHeader notStream() {
            return new Malformed("not of a stream");
        }

        private static ProxyHeader addresses(ByteBuf seen, int body, int octets) {
            int told = 2 * octets + 4;
            if (body < told) {
                return new Malformed("too short for its addresses");
            }
            int start = seen.readerIndex() + FIXED;
            var wrong = extensions(seen, start + told, start + body);
            if (wrong.isPresent()) {
                return new Malformed(wrong.get());
            }
            int ports = start + 2 * octets;
            return new Found(
                    2,
                    FIXED + body,
                    Optional.of(new Addresses(
                            address(seen, start, octets, seen.getUnsignedShort(ports)),
                            address(seen, start + octets, octets, seen.getUnsignedShort(ports + 2)))));
        }

        private static InetSocketAddress address(ByteBuf seen, int from, int octets, int port) {
            byte[] bytes = new byte[octets];
            seen.getBytes(from, bytes);
            try {
                return new InetSocketAddress(InetAddress.getByAddress(bytes), port);
            } catch (UnknownHostException impossible) {
                throw new IllegalStateException(impossible);
            }
        }

        /// What is wrong with the TLVs between `at` and `end`.
        private static Optional<String> extensions(ByteBuf seen, int at, int end) {
            int next = at;
            while (next < end) {
                if (end - next < 3) {
                    return Optional.of("TLV without a length");
                }
                int size = seen.getUnsignedShort(next + 1);
                if (next + 3 + size > end) {
                    return Optional.of("TLV longer than the header");
                }
                if (seen.getUnsignedByte(next) == CRC && (size != 4 || !checksumFits(seen, next + 3, end))) {
                    return Optional.of("checksum");
                }
                next += 3 + size;
            }
            return Optional.empty();
        }

        private static boolean checksumFits(ByteBuf seen, int at, int end) {
            byte[] header = new byte[end - seen.readerIndex()];
            seen.getBytes(seen.readerIndex(), header);
            int place = at - seen.readerIndex();
            for (int i = 0; i < 4; i++) {
                header[place + i] = 0;
            }
            var checksum = new CRC32C();
            checksum.update(header);
            return checksum.getValue() == seen.getUnsignedInt(at);
        }
    }
}
