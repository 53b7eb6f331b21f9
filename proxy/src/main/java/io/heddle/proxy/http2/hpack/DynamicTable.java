package io.heddle.proxy.http2.hpack;

import io.heddle.traffic.request.Span;
import java.util.Arrays;

/// The dynamic table of HPACK (RFC 7541, section 2.3.2): the fields added last, the newest first, numbered from 0
/// here.
///
/// The bytes of all entries stand one after the other in one array; when its end is reached, those that are left move
/// to the front of a second one of the same size, and the two change places. So an entry's bytes are never split and
/// adding allocates nothing, and the bytes of an entry that has just been evicted stay readable until the next one is
/// added, as a field may take its name from an entry that it pushes out.
final class DynamicTable {
    /// What an entry counts beside its bytes.
    static final int OVERHEAD = 32;

    private byte[] bytes = {};
    private byte[] spare = {};
    private int end;
    private long[] names = new long[16];
    private long[] values = new long[16];
    private int[] kinds = new int[16];
    private int newest;
    private int count;
    private int size;
    private int maxSize;

    DynamicTable(int maxSize) {
        this.maxSize = maxSize;
    }

    /// How many entries.
    int count() {
        return count;
    }

    /// What the entries count together.
    int size() {
        return size;
    }

    int maxSize() {
        return maxSize;
    }

    /// The bytes that spans point into, until the next change.
    byte[] bytes() {
        return bytes;
    }

    long name(int index) {
        return names[slot(index)];
    }

    long value(int index) {
        return values[slot(index)];
    }

    /// The [FieldKind] of an entry's name.
    int kind(int index) {
        return kinds[slot(index)];
    }

    private int slot(int index) {
        return (newest - index) & (names.length - 1);
    }

    /// The entries may count `max` together from now on.
    void limit(int max) {
        maxSize = max;
        evict(max);
        if (count == 0) {
            bytes = new byte[0];
            spare = bytes;
            end = 0;
        }
    }

    private void evict(int most) {
        while (size > most) {
            int oldest = slot(count - 1);
            size -= Span.length(names[oldest]) + Span.length(values[oldest]) + OVERHEAD;
            count--;
        }
    }

    /// Adds an entry and pushes out old ones for it. One that is larger than the table empties it; `false` then.
    boolean add(int kind, byte[] nameBytes, long name, byte[] valueBytes, long value) {
        int nameLength = Span.length(name);
        int valueLength = Span.length(value);
        int more = nameLength + valueLength + OVERHEAD;
        evict(Math.max(0, maxSize - more));
        if (more > maxSize) {
            evict(0);
            return false;
        }
        reserve(nameLength + valueLength);
        int at = end;
        System.arraycopy(nameBytes, Span.start(name), bytes, at, nameLength);
        System.arraycopy(valueBytes, Span.start(value), bytes, at + nameLength, valueLength);
        end += nameLength + valueLength;
        if (count == names.length) {
            grow();
        }
        newest = (newest + 1) & (names.length - 1);
        names[newest] = Span.of(at, at + nameLength);
        values[newest] = Span.of(at + nameLength, end);
        kinds[newest] = kind;
        count++;
        size += more;
        return true;
    }

    private void reserve(int more) {
        if (end + more <= bytes.length) {
            return;
        }
        int live = size - count * OVERHEAD;
        int wanted = Math.max(256, Integer.highestOneBit(Math.max(1, 2 * (live + more) - 1)) * 2);
        var to = spare.length >= wanted ? spare : new byte[wanted];
        spare = bytes;
        int at = 0;
        for (int i = count - 1; i >= 0; i--) {
            int slot = slot(i);
            int nameLength = Span.length(names[slot]);
            int length = nameLength + Span.length(values[slot]);
            System.arraycopy(bytes, Span.start(names[slot]), to, at, length);
            names[slot] = Span.of(at, at + nameLength);
            values[slot] = Span.of(at + nameLength, at + length);
            at += length;
        }
        bytes = to;
        end = at;
    }

    private void grow() {
        int old = names.length;
        var moved = new long[old * 2];
        var movedValues = new long[old * 2];
        var movedKinds = new int[old * 2];
        for (int i = 0; i < count; i++) {
            moved[count - 1 - i] = names[slot(i)];
            movedValues[count - 1 - i] = values[slot(i)];
            movedKinds[count - 1 - i] = kinds[slot(i)];
        }
        names = moved;
        values = movedValues;
        kinds = movedKinds;
        newest = count - 1;
    }

    /// Whether entry `index` is this field.
    boolean is(int index, byte[] nameBytes, long name, byte[] valueBytes, long value) {
        return same(name(index), nameBytes, name) && same(value(index), valueBytes, value);
    }

    private boolean same(long span, byte[] other, long range) {
        return Span.length(span) == Span.length(range)
                && Arrays.equals(bytes, Span.start(span), Span.end(span), other, Span.start(range), Span.end(range));
    }
}
