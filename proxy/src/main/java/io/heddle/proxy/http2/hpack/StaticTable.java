package io.heddle.proxy.http2.hpack;

import io.heddle.traffic.request.Span;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The static table of HPACK (RFC 7541, appendix A): 61 fields that both sides know, numbered from 1.
final class StaticTable {
    static final int SIZE = 61;

    private static final String TEXT = """
            :authority
            :method GET
            :method POST
            :path /
            :path /index.html
            :scheme http
            :scheme https
            :status 200
            :status 204
            :status 206
            :status 304
            :status 400
            :status 404
            :status 500
            accept-charset
            accept-encoding gzip, deflate
            accept-language
            accept-ranges
            accept
            access-control-allow-origin
            age
            allow
            authorization
            cache-control
            content-disposition
            content-encoding
            content-language
            content-length
            content-location
            content-range
            content-type
            cookie
            date
            etag
            expect
            expires
            from
            host
            if-match
            if-modified-since
            if-none-match
            if-range
            if-unmodified-since
            last-modified
            link
            location
            max-forwards
            proxy-authenticate
            proxy-authorization
            range
            referer
            refresh
            retry-after
            server
            set-cookie
            strict-transport-security
            transfer-encoding
            user-agent
            vary
            via
            www-authenticate
            """;

    /// All names and values, one after the other.
    static final byte[] BYTES = TEXT.getBytes(StandardCharsets.ISO_8859_1);

    private static final int SLOTS = 256;
    private static final long[] NAMES = new long[SIZE + 1];
    private static final long[] VALUES = new long[SIZE + 1];
    private static final int[] KINDS = new int[SIZE + 1];

    /// By the hash of a name: the first field of that name, or 0. Names that fall on one slot go to the next.
    private static final byte[] BY_NAME = new byte[SLOTS];

    static {
        int at = 0;
        for (int index = 1; index <= SIZE; index++) {
            int end = at;
            while (BYTES[end] != '\n') {
                end++;
            }
            int stop = at;
            while (BYTES[stop] != ' ' && BYTES[stop] != '\n') {
                stop++;
            }
            NAMES[index] = Span.of(at, stop);
            VALUES[index] = Span.of(Math.min(stop + 1, end), end);
            KINDS[index] = FieldKind.of(BYTES, at, stop);
            if (findName(BYTES, NAMES[index], FieldHash.of(BYTES, NAMES[index], 0)) == 0) {
                put(index);
            }
            at = end + 1;
        }
    }

    private StaticTable() {}

    private static void put(int index) {
        int slot = FieldHash.of(BYTES, NAMES[index], 0) & (SLOTS - 1);
        while (BY_NAME[slot] != 0) {
            slot = (slot + 1) & (SLOTS - 1);
        }
        BY_NAME[slot] = (byte) index;
    }

    static long name(int index) {
        return NAMES[index];
    }

    static long value(int index) {
        return VALUES[index];
    }

    static int kind(int index) {
        return KINDS[index];
    }

    /// The first field called `name`, whose [FieldHash] is `hash`; 0 when there is none.
    static int findName(byte[] bytes, long name, int hash) {
        int slot = hash & (SLOTS - 1);
        while (BY_NAME[slot] != 0) {
            if (same(NAMES[BY_NAME[slot]], bytes, name)) {
                return BY_NAME[slot];
            }
            slot = (slot + 1) & (SLOTS - 1);
        }
        return 0;
    }

    /// The field of the name of field `first`, the first of that name, with this value; 0 when there is none.
    static int findValue(int first, byte[] bytes, long value) {
        for (int i = first; i <= SIZE && NAMES[i] != 0 && sameName(i, first); i++) {
            if (Span.length(VALUES[i]) > 0 && same(VALUES[i], bytes, value)) {
                return i;
            }
        }
        return 0;
    }

    private static boolean sameName(int one, int other) {
        return one == other || same(NAMES[one], BYTES, NAMES[other]);
    }

    private static boolean same(long span, byte[] bytes, long other) {
        return Span.length(span) == Span.length(other)
                && Arrays.equals(BYTES, Span.start(span), Span.end(span), bytes, Span.start(other), Span.end(other));
    }
}
