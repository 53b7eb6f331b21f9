package io.heddle.proxy.listen;

import io.heddle.proxy.tls.ClientHello;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// Reads a TLS ClientHello (RFC 8446, section 4.1.2) for its server name (RFC 6066), its application
/// protocols (RFC 7301) and what it can check of certificates, as far as it has come. It may be spread over
/// records and reads as it pleases.
///
/// It holds at most one hello of 16 KiB, BoringSSL's own limit, and looks at each byte once. Unknown
/// versions, cipher suites and extensions, GREASE (RFC 8701) among them, are passed over. Nothing is verified
/// that a TLS library will verify; what cannot be read safely is [Result#MALFORMED].
final class ClientHelloReader {
    /// The longest hello that is read.
    static final int LONGEST = 16 * 1024;

    private static final int RECORD_HEADER = 5;
    private static final int LARGEST_RECORD = 16 * 1024;
    private static final int HANDSHAKE = 22;
    private static final int CLIENT_HELLO = 1;
    private static final int SERVER_NAME = 0;
    private static final int GROUPS = 10;
    private static final int SIGNATURES = 13;
    private static final int ALPN = 16;
    private static final int VERSIONS = 43;
    private static final int TLS_1_2 = 0x0303;
    private static final int HOST_NAME = 0;
    private static final int LONGEST_NAME = 255;

    private byte[] hello = new byte[512];
    private int length;
    private int next;
    private int left;
    private int at;
    private int end;
    private String serverName = "";
    private List<String> protocols = List.of();
    // Where these are in the hello, and how long; nothing is made of them unless they are asked for.
    private int suitesAt;
    private int groupsAt;
    private int groupsLength;
    private int signaturesAt;
    private int signaturesLength;
    private boolean saysVersions;

    /// What the bytes so far are.
    enum Result {
        MORE,
        FOUND,
        /// The first bytes are no TLS handshake.
        NOT_TLS,
        TOO_LARGE,
        MALFORMED
    }

    /// Reads on in `seen`, which holds all bytes since the first from its reader index on.
    Result read(ByteBuf seen) {
        while (next < seen.readableBytes()) {
            if (left > 0) {
                int count = Math.min(left, seen.readableBytes() - next);
                if (length + count > LONGEST) {
                    return Result.TOO_LARGE;
                }
                append(seen, count);
                if (complete()) {
                    return parse();
                }
                if (length > 0 && hello[0] != CLIENT_HELLO) {
                    return Result.MALFORMED;
                }
                continue;
            }
            if (!isHandshake(seen)) {
                return length == 0 ? Result.NOT_TLS : Result.MALFORMED;
            }
            if (seen.readableBytes() - next < RECORD_HEADER) {
                return Result.MORE;
            }
            left = seen.getUnsignedShort(seen.readerIndex() + next + 3);
            if (left == 0 || left > LARGEST_RECORD) {
                return length == 0 ? Result.NOT_TLS : Result.MALFORMED;
            }
            next += RECORD_HEADER;
        }
        return Result.MORE;
    }

    private boolean isHandshake(ByteBuf seen) {
        int start = seen.readerIndex() + next;
        int available = seen.readableBytes() - next;
        return seen.getUnsignedByte(start) == HANDSHAKE && (available < 2 || seen.getUnsignedByte(start + 1) == 3);
    }

    private void append(ByteBuf seen, int count) {
        if (length + count > hello.length) {
            hello = Arrays.copyOf(hello, Math.max(hello.length * 2, length + count));
        }
        seen.getBytes(seen.readerIndex() + next, hello, length, count);
        length += count;
        next += count;
        left -= count;
    }

    private boolean complete() {
        return length >= 4 && hello[0] == CLIENT_HELLO && length >= 4 + number(1, 3);
    }

    private int number(int from, int octets) {
        int number = 0;
        for (int i = from; i < from + octets; i++) {
            number = number << 8 | (hello[i] & 0xff);
        }
        return number;
    }

    private Result parse() {
        at = 4;
        end = 4 + number(1, 3);
        boolean good = skip(2 + 32) && skipVector(1) && suites() && skipVector(1) && (at == end || extensions());
        return good ? Result.FOUND : Result.MALFORMED;
    }

    private boolean skip(int count) {
        at += count;
        return at <= end;
    }

    /// The length that stands before a vector, in `octets`; below 0 when the vector does not fit before `limit`.
    private int vector(int octets, int limit) {
        if (at + octets > limit) {
            return -1;
        }
        int size = number(at, octets);
        at += octets;
        return at + size <= limit ? size : -1;
    }

    private boolean skipVector(int octets) {
        int size = vector(octets, end);
        return size >= 0 && skip(size);
    }

    private boolean suites() {
        suitesAt = at;
        return skipVector(2);
    }

    private boolean extensions() {
        int size = vector(2, end);
        if (size < 0 || at + size != end) {
            return false;
        }
        while (at < end) {
            if (at + 2 > end) {
                return false;
            }
            int type = number(at, 2);
            at += 2;
            int body = vector(2, end);
            if (body < 0 || !extension(type, at + body)) {
                return false;
            }
        }
        return true;
    }

    private boolean extension(int type, int limit) {
        boolean good = switch (type) {
            case SERVER_NAME -> serverNames(limit);
            case ALPN -> applicationProtocols(limit);
            case GROUPS -> {
                groupsAt = at;
                groupsLength = limit - at;
                yield true;
            }
            case SIGNATURES -> {
                signaturesAt = at;
                signaturesLength = limit - at;
                yield true;
            }
            case VERSIONS -> {
                saysVersions = number(4, 2) == TLS_1_2;
                yield true;
            }
            default -> true;
        };
        at = limit;
        return good;
    }

    private boolean serverNames(int limit) {
        int size = vector(2, limit);
        if (size < 0 || at + size != limit || !serverName.isEmpty()) {
            return false;
        }
        while (at < limit) {
            int type = hello[at++];
            int name = vector(2, limit);
            if (name < 0) {
                return false;
            }
            if (type == HOST_NAME && !hostName(name)) {
                return false;
            }
            at += name;
        }
        return true;
    }

    private boolean hostName(int size) {
        if (size == 0 || size > LONGEST_NAME || !serverName.isEmpty()) {
            return false;
        }
        for (int i = at; i < at + size; i++) {
            if (hello[i] <= ' ' || hello[i] == 0x7f) {
                return false;
            }
        }
        serverName = new String(hello, at, size, StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT);
        return true;
    }

    private boolean applicationProtocols(int limit) {
        int size = vector(2, limit);
        if (size < 0 || at + size != limit || !protocols.isEmpty()) {
            return false;
        }
        var names = new ArrayList<String>();
        while (at < limit) {
            int name = vector(1, limit);
            if (name <= 0) {
                return false;
            }
            names.add(new String(hello, at, name, StandardCharsets.ISO_8859_1));
            at += name;
        }
        protocols = List.copyOf(names);
        return true;
    }

    /// All that it says, once it is [found][Result#FOUND]. Lists that make no sense are empty: the TLS
    /// library refuses them.
    ClientHello hello() {
        return new ClientHello(
                serverName,
                saysVersions,
                numbers(suitesAt, 2 + number(suitesAt, 2)),
                numbers(groupsAt, groupsLength),
                numbers(signaturesAt, signaturesLength));
    }

    /// A list of 16-bit numbers with its length before it, in `size` octets.
    private List<Integer> numbers(int from, int size) {
        if (size < 2 || size % 2 != 0 || number(from, 2) != size - 2) {
            return List.of();
        }
        var numbers = new ArrayList<Integer>();
        for (int i = from + 2; i < from + size; i += 2) {
            numbers.add(number(i, 2));
        }
        return numbers;
    }

    /// The name asked for, in lower case; empty without.
    String serverName() {
        return serverName;
    }

    /// The protocols offered, most wanted first.
    List<String> protocols() {
        return protocols;
    }
}
