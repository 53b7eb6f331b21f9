package io.heddle.proxy.http2.hpack;

import io.heddle.traffic.request.Span;

/// Decodes header blocks (RFC 7541). One a connection and direction of receipt; a block that is refused means that
/// the connection must end, as the table is no longer the sender's.
///
/// A list that is longer than allowed is decoded to its end, so that the table stays the sender's, but its fields are
/// not handed on; [#tooLarge] tells. So a small block that stands for a large list costs no more than reading it.
public final class HpackDecoder {
    private static final int MAX_INTEGER = 1 << 28;
    private static final int FAILED = -1;

    /// What a table may have until other settings are acknowledged (RFC 9113, section 6.5.2).
    public static final int DEFAULT_TABLE = 4096;

    private final DynamicTable table = new DynamicTable(DEFAULT_TABLE);
    private int tableLimit;
    private boolean mustShrink;
    private byte[] text = new byte[256];
    private int textEnd;
    private byte[] block = {};
    private int at;
    private int limit;
    private long listSize;
    private boolean tooLarge;

    private byte[] stringBytes = {};
    private long string;
    private byte[] nameBytes = {};
    private long name;
    private int kind;

    /// For a sender that is told that its table may have `tableSize` bytes, and may not know it yet.
    public HpackDecoder(int tableSize) {
        this.tableLimit = Math.max(tableSize, DEFAULT_TABLE);
    }

    /// The sender has acknowledged that its table may have `tableSize` bytes: a smaller one begins with its next
    /// block.
    public void acknowledged(int tableSize) {
        tableLimit = tableSize;
        mustShrink = table.maxSize() > tableSize;
    }

    /// Whether the last list was larger than allowed.
    public boolean tooLarge() {
        return tooLarge;
    }

    /// The size of the last list: its names and values, and 32 a field (RFC 9113, section 6.5.2).
    long listSize() {
        return listSize;
    }

    /// The bytes that the entries of the table take, 32 of each for its overhead (RFC 7541, section 4.1).
    public int tableSize() {
        return table.size();
    }

    /// Decodes the bytes of `span`, a whole block, whose list may have `maxListSize`. `false` when it is malformed.
    public boolean decode(byte[] bytes, long span, int maxListSize, FieldSink sink) {
        block = bytes;
        at = Span.start(span);
        limit = Span.end(span);
        listSize = 0;
        tooLarge = false;
        boolean first = true;
        while (at < limit) {
            int octet = block[at] & 0xff;
            boolean update = (octet & 0xe0) == 0x20;
            if (update ? !(first && updateSize()) : mustShrink || !field(octet, maxListSize, sink)) {
                return false;
            }
            first &= update;
        }
        return true;
    }

    private boolean updateSize() {
        int size = integer(5);
        if (size < 0 || size > tableLimit) {
            return false;
        }
        table.limit(size);
        mustShrink = false;
        return true;
    }

    private boolean field(int octet, int maxListSize, FieldSink sink) {
        textEnd = 0;
        if (octet >= 0x80) {
            return indexed(maxListSize, sink);
        }
        boolean adds = octet >= 0x40;
        int index = integer(adds ? 6 : 4);
        if (index < 0 || !(index == 0 ? newName() : knownName(index)) || !string()) {
            return false;
        }
        hand(stringBytes, string, maxListSize, sink);
        if (adds) {
            table.add(kind, nameBytes, name, stringBytes, string);
        }
        return true;
    }

    private boolean indexed(int maxListSize, FieldSink sink) {
        int index = integer(7);
        if (index <= 0 || !knownName(index)) {
            return false;
        }
        boolean known = index <= StaticTable.SIZE;
        long value = known ? StaticTable.value(index) : table.value(index - StaticTable.SIZE - 1);
        hand(nameBytes, value, maxListSize, sink);
        return true;
    }

    private void hand(byte[] valueBytes, long value, int maxListSize, FieldSink sink) {
        listSize += Span.length(name) + Span.length(value) + DynamicTable.OVERHEAD;
        if (listSize > maxListSize) {
            tooLarge = true;
            return;
        }
        sink.field(kind, nameBytes, name, valueBytes, value);
    }

    private boolean knownName(int index) {
        if (index <= StaticTable.SIZE) {
            nameBytes = StaticTable.BYTES;
            name = StaticTable.name(index);
            kind = StaticTable.kind(index);
            return true;
        }
        int entry = index - StaticTable.SIZE - 1;
        if (entry >= table.count()) {
            return false;
        }
        nameBytes = table.bytes();
        name = table.name(entry);
        kind = table.kind(entry);
        return true;
    }

    private boolean newName() {
        if (!string()) {
            return false;
        }
        nameBytes = stringBytes;
        name = string;
        kind = FieldKind.of(nameBytes, Span.start(name), Span.end(name));
        return true;
    }

    /// Reads a string literal (RFC 7541, section 5.2) into [#stringBytes] and [#string].
    private boolean string() {
        if (at >= limit) {
            return false;
        }
        boolean huffman = (block[at] & 0x80) != 0;
        int length = integer(7);
        if (length < 0 || length > limit - at) {
            return false;
        }
        int start = at;
        at += length;
        if (!huffman) {
            stringBytes = block;
            string = Span.of(start, at);
            return true;
        }
        var room = room(Huffman.maxDecoded(length));
        int end = Huffman.decode(block, start, at, room, textEnd);
        stringBytes = room;
        string = Span.of(textEnd, Math.max(textEnd, end));
        textEnd = Math.max(textEnd, end);
        return end >= 0;
    }

    /// Room for `more` bytes of text after [#textEnd]. A name decoded before stays where it was.
    @SuppressWarnings("ReferenceEquality") // Asks whether a span points into the array that is given up.
    private byte[] room(int more) {
        if (textEnd + more > text.length) {
            var larger = new byte[Math.max(textEnd + more, text.length * 2)];
            System.arraycopy(text, 0, larger, 0, textEnd);
            if (nameBytes == text) {
                nameBytes = larger;
            }
            text = larger;
        }
        return text;
    }

    /// Reads an integer with a prefix of `bits` bits (RFC 7541, section 5.1); [#FAILED] when it is cut off, has
    /// more than four bytes after its prefix, or is too large for anything it could mean.
    private int integer(int bits) {
        int mask = (1 << bits) - 1;
        int value = block[at++] & mask;
        if (value < mask) {
            return value;
        }
        int shift = 0;
        while (at < limit) {
            int octet = block[at++] & 0xff;
            value += (octet & 0x7f) << shift;
            if (value > MAX_INTEGER) {
                return FAILED;
            }
            if (octet < 0x80) {
                return value;
            }
            shift += 7;
            if (shift > 21) {
                return FAILED;
            }
        }
        return FAILED;
    }
}
