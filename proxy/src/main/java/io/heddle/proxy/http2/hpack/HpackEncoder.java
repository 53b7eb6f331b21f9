package io.heddle.proxy.http2.hpack;

import io.heddle.traffic.request.Span;
import java.util.Arrays;

/// Encodes header blocks (RFC 7541) cheaply: one a connection and direction.
///
/// A field that the peer knows already, from the static table or from before, is one index. One that comes for the
/// second time is put into the dynamic table, so that what repeats (authority, path, user agent, content type)
/// becomes an index and what never does (a request id) pushes nothing out. Strings are never Huffman-coded. Secrets
/// short enough to be guessed byte by byte are never put into a table, and say so to every hop (RFC 7541, section
/// 7.1.3).
///
/// Lookup is by hash: a slot holds the number of the entry added last with that hash. An entry that lost its slot is
/// merely not found. Nothing is allocated once the buffer has grown to the usual size.
public final class HpackEncoder {
    /// The largest dynamic table kept, however much the peer offers.
    static final int MAX_TABLE = 4096;

    private static final int SLOTS = 512;
    private static final int SEEN = 1024;
    private static final int LARGEST_SHARE = 4;

    private final DynamicTable table = new DynamicTable(MAX_TABLE);
    private final int[] entries = new int[SLOTS];
    private final int[] seen = new int[SEEN];
    private int added;
    private int smallest = -1;
    private int wanted = MAX_TABLE;
    private byte[] out = new byte[512];
    private byte[] lower = new byte[64];
    private int length;

    /// The peer allows a table of `size` bytes, from its next acknowledged settings on.
    public void limit(long size) {
        int now = (int) Math.min(size, MAX_TABLE);
        if (now == table.maxSize() && smallest < 0) {
            return;
        }
        smallest = smallest < 0 ? now : Math.min(smallest, now);
        wanted = now;
    }

    /// Begins a block.
    public void begin() {
        length = 0;
        if (smallest < 0) {
            return;
        }
        reserve(16);
        if (smallest < wanted) {
            table.limit(smallest);
            integer(0x20, 5, smallest);
        }
        table.limit(wanted);
        integer(0x20, 5, wanted);
        smallest = -1;
    }

    /// The block's bytes, from 0 to [#length].
    public byte[] bytes() {
        return out;
    }

    /// How many bytes the block has so far.
    public int length() {
        return length;
    }

    /// Adds field `index` of the static table.
    public void indexed(int index) {
        reserve(1);
        out[length++] = (byte) (0x80 | index);
    }

    /// Adds `:status`.
    public void status(int status) {
        int index = switch (status) {
            case 200 -> 8;
            case 204 -> 9;
            case 206 -> 10;
            case 304 -> 11;
            case 400 -> 12;
            case 404 -> 13;
            case 500 -> 14;
            default -> 0;
        };
        if (index > 0) {
            indexed(index);
            return;
        }
        reserve(5);
        out[length++] = 8;
        out[length++] = 3;
        out[length++] = (byte) ('0' + status / 100);
        out[length++] = (byte) ('0' + status / 10 % 10);
        out[length++] = (byte) ('0' + status % 10);
    }

    /// Adds a field. Its name may be in any case and is sent in lower case.
    public void field(byte[] nameBytes, long name, byte[] valueBytes, long value) {
        var source = nameBytes;
        long span = name;
        if (hasUpperCase(nameBytes, name)) {
            source = lowered(nameBytes, name);
            span = Span.of(0, Span.length(name));
        }
        int nameHash = FieldHash.of(source, span, 0);
        int known = StaticTable.findName(source, span, nameHash);
        if (isSecret(known, value)) {
            literal(0x10, 4, known, source, span);
            string(valueBytes, value);
            return;
        }
        int exact = known == 0 ? 0 : StaticTable.findValue(known, valueBytes, value);
        if (exact != 0) {
            indexed(exact);
            return;
        }
        int hash = FieldHash.of(valueBytes, value, nameHash);
        int entry = find(hash, source, span, valueBytes, value);
        if (entry >= 0) {
            reserve(6);
            integer(0x80, 7, StaticTable.SIZE + 1 + entry);
            return;
        }
        boolean adds = repeats(hash) && isWorthwhile(span, value);
        literal(adds ? 0x40 : 0, adds ? 6 : 4, known, source, span);
        string(valueBytes, value);
        if (adds && table.add(0, source, span, valueBytes, value)) {
            entries[hash & (SLOTS - 1)] = ++added;
        }
    }

    /// Adds a field as a literal without indexing, its name as it is.
    public void raw(byte[] nameBytes, long name, byte[] valueBytes, long value) {
        literal(0, 4, 0, nameBytes, name);
        string(valueBytes, value);
    }

    private static boolean hasUpperCase(byte[] bytes, long name) {
        for (int i = Span.start(name); i < Span.end(name); i++) {
            if (bytes[i] >= 'A' && bytes[i] <= 'Z') {
                return true;
            }
        }
        return false;
    }

    private byte[] lowered(byte[] bytes, long name) {
        int size = Span.length(name);
        if (size > lower.length) {
            lower = new byte[size * 2];
        }
        int start = Span.start(name);
        for (int i = 0; i < size; i++) {
            byte octet = bytes[start + i];
            lower[i] = octet >= 'A' && octet <= 'Z' ? (byte) (octet | 0x20) : octet;
        }
        return lower;
    }

    /// Whether the field is a credential: `authorization`, `proxy-authorization`, and cookies short enough to guess.
    private static boolean isSecret(int index, long value) {
        return index == 23 || index == 49 || ((index == 32 || index == 55) && Span.length(value) < 20);
    }

    private boolean repeats(int hash) {
        int slot = hash & (SEEN - 1);
        boolean before = seen[slot] == hash;
        seen[slot] = hash;
        return before;
    }

    private boolean isWorthwhile(long name, long value) {
        return Span.length(name) + Span.length(value) + DynamicTable.OVERHEAD <= table.maxSize() / LARGEST_SHARE;
    }

    private int find(int hash, byte[] nameBytes, long name, byte[] valueBytes, long value) {
        int number = entries[hash & (SLOTS - 1)];
        int entry = added - number;
        boolean there = number > 0 && entry < table.count();
        return there && table.is(entry, nameBytes, name, valueBytes, value) ? entry : -1;
    }

    private void literal(int pattern, int bits, int known, byte[] nameBytes, long name) {
        reserve(6);
        integer(pattern, bits, known);
        if (known == 0) {
            string(nameBytes, name);
        }
    }

    private void string(byte[] bytes, long span) {
        int size = Span.length(span);
        reserve(size + 6);
        integer(0, 7, size);
        System.arraycopy(bytes, Span.start(span), out, length, size);
        length += size;
    }

    private void integer(int pattern, int bits, int value) {
        int mask = (1 << bits) - 1;
        if (value < mask) {
            out[length++] = (byte) (pattern | value);
            return;
        }
        out[length++] = (byte) (pattern | mask);
        int rest = value - mask;
        while (rest >= 0x80) {
            out[length++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        out[length++] = (byte) rest;
    }

    private void reserve(int more) {
        if (length + more > out.length) {
            out = Arrays.copyOf(out, Math.max(length + more, out.length * 2));
        }
    }
}
