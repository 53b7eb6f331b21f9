package io.heddle.proxy.http;

import io.heddle.traffic.request.HeaderFields;
import io.heddle.traffic.request.Span;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/// The bytes of one head and the index of its header lines, with what framing and connection headers say.
///
/// One object per stream, filled anew for every message, whatever protocol it came by. A line stands in the bytes as
/// HTTP/1.1 writes it, `name: value` and CR LF, so that writers of that protocol copy whole runs of lines. The index
/// holds four numbers a line: where its name and its value start and end. A line reaches to where the next one starts.
///
/// There are two ways to fill it. A reader of text takes the bytes as they come ([#take], [#truncate]) and says where
/// it found a line ([#add]). A decoder makes its lines: [#beginLine], the name's bytes, [#endName], the value's
/// bytes, [#endLine]; bytes are appended with [#append], or written to [#bytes] at [#length] after [#reserve] and
/// made known with [#advance]. Either way a fault is a [HeadResult], and [#end] tells where the lines end.
public final class HeaderLines implements HeaderFields {
    /// No lines at all. Nothing is ever added to it.
    public static final HeaderLines EMPTY = new HeaderLines();

    private static final int STRIDE = 4;
    private static final long MAX_LENGTH = Long.MAX_VALUE / 10 - 1;

    private byte[] bytes = new byte[1024];
    private int length;
    private int[] index = new int[16 * STRIDE];
    private byte[] kinds = new byte[16];
    private int count;
    private int seen;
    private int linesEnd;
    private int nameStart;
    private int nameEnd;
    private int valueStart;

    private long contentLength = -1;
    private boolean chunked;
    private boolean close;
    private boolean keepAlive;
    private boolean upgrade;
    private boolean nominates;

    /// Forgets everything, for the next message.
    public void clear() {
        length = 0;
        count = 0;
        seen = 0;
        linesEnd = 0;
        contentLength = -1;
        chunked = false;
        close = false;
        keepAlive = false;
        upgrade = false;
        nominates = false;
        if (bytes.length > 8192) {
            bytes = new byte[1024];
        }
    }

    /// A copy that shares nothing, for who needs the lines longer than they stand here.
    public HeaderLines copy() {
        var copy = new HeaderLines();
        copy.bytes = Arrays.copyOf(bytes, length);
        copy.length = length;
        copy.index = index.clone();
        copy.kinds = kinds.clone();
        copy.count = count;
        copy.seen = seen;
        copy.linesEnd = linesEnd;
        copy.contentLength = contentLength;
        copy.chunked = chunked;
        copy.close = close;
        copy.keepAlive = keepAlive;
        copy.upgrade = upgrade;
        copy.nominates = nominates;
        return copy;
    }

    /// Makes room for `more` bytes after [#length]. [#bytes] may be another array afterwards.
    public void reserve(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length * 2));
        }
    }

    /// How many bytes are there.
    public int length() {
        return length;
    }

    /// The `written` bytes after [#length] are there now.
    public void advance(int written) {
        length += written;
    }

    /// Forgets the bytes from `newLength` on; lines that were added stay.
    public void truncate(int newLength) {
        length = newLength;
    }

    /// Appends `size` bytes of `in`.
    public void take(ByteBuf in, int size) {
        reserve(size);
        in.readBytes(bytes, length, size);
        length += size;
    }

    /// Appends bytes `from` to `to` (exclusive) of `source`.
    public void append(byte[] source, int from, int to) {
        reserve(to - from);
        System.arraycopy(source, from, bytes, length, to - from);
        length += to - from;
    }

    /// Appends `text`, which is ASCII.
    public void append(String text) {
        int size = text.length();
        reserve(size);
        for (int i = 0; i < size; i++) {
            bytes[length + i] = (byte) text.charAt(i);
        }
        length += size;
    }

    /// Appends `text` from a configuration or a certificate: control characters become spaces, characters up to
    /// U+00FF one byte each, as they were read, and those above question marks. It can end no line.
    public void appendSafe(String text) {
        int size = text.length();
        reserve(size);
        for (int i = 0; i < size; i++) {
            bytes[length + i] = Octets.safe(text.charAt(i));
        }
        length += size;
    }

    /// A line begins after the last one: its name follows. An empty line there, which ends an HTTP/1 head, goes.
    public void beginLine() {
        length = linesEnd > 0 ? linesEnd : length;
        nameStart = length;
    }

    /// The name is complete: the value follows. `false` when the name is no token; then the line cannot be ended.
    public boolean endName() {
        nameEnd = length;
        int at = nameStart;
        while (at < nameEnd && Octets.isToken(bytes[at])) {
            at++;
        }
        if (at < nameEnd || nameEnd == nameStart) {
            return false;
        }
        separate();
        return true;
    }

    /// The name is complete, one of the proxy's own, which needs no look: the value follows.
    public void separate() {
        nameEnd = length;
        reserve(2);
        bytes[length++] = ':';
        bytes[length++] = ' ';
        valueStart = length;
    }

    /// The value is complete, and with it the line: checks it and adds it. [HeadResult#MORE] when it is good.
    public HeadResult endLine() {
        int valueEnd = length;
        if (Octets.endOfValue(bytes, valueStart, valueEnd) != valueEnd) {
            return HeadResult.VALUE_INVALID;
        }
        endOfLine();
        return add(nameStart, nameEnd, valueStart, valueEnd);
    }

    /// The value is complete, and with it a line of the proxy's own: adds it without a look at what it says.
    public void endOwnLine() {
        int valueEnd = length;
        endOfLine();
        index(nameStart, nameEnd, valueStart, valueEnd, LineKind.OTHER);
    }

    /// Adds a whole line of ours. The name is a token in lower case; control characters in the value become spaces.
    public void addOwnLine(String name, String value) {
        beginLine();
        append(name);
        separate();
        appendSafe(value);
        endOwnLine();
    }

    private void endOfLine() {
        reserve(2);
        bytes[length++] = Octets.CR;
        bytes[length++] = Octets.LF;
        linesEnd = length;
    }

    /// The bytes, of which the head is a part.
    @Override
    public byte[] bytes() {
        return bytes;
    }

    @Override
    public int headerCount() {
        return count();
    }

    @Override
    public long headerName(int line) {
        return name(line);
    }

    @Override
    public long headerValue(int line) {
        return value(line);
    }

    /// How many header lines.
    public int count() {
        return count;
    }

    /// Where the name of a line is.
    public long name(int line) {
        return Span.of(index[line * STRIDE], index[line * STRIDE + 1]);
    }

    /// Where the value of a line is, without blanks around it.
    public long value(int line) {
        return Span.of(index[line * STRIDE + 2], index[line * STRIDE + 3]);
    }

    /// The [LineKind] of a line.
    public int kind(int line) {
        return kinds[line];
    }

    /// Whether a line of this kind is there.
    public boolean has(int kind) {
        return (seen & LineKind.bit(kind)) != 0;
    }

    /// Whether a line of one of the kinds in `mask` is there.
    public boolean hasAny(int mask) {
        return (seen & mask) != 0;
    }

    /// The value of the first line of this kind, or [Span#ABSENT].
    public long first(int kind) {
        if (!has(kind)) {
            return Span.ABSENT;
        }
        int line = 0;
        while (kinds[line] != kind) {
            line++;
        }
        return value(line);
    }

    /// Where a line starts; for the line after the last, where the empty line does.
    public int lineStart(int line) {
        return line < count ? index[line * STRIDE] : linesEnd;
    }

    /// The body's length as announced, -1 when it is not.
    public long contentLength() {
        return contentLength;
    }

    /// Whether the body is chunked.
    public boolean chunked() {
        return chunked;
    }

    /// Whether `Connection: close` was said.
    public boolean close() {
        return close;
    }

    /// Whether `Connection: keep-alive` was said.
    public boolean keepAlive() {
        return keepAlive;
    }

    /// Whether `Connection: upgrade` was said.
    public boolean upgrade() {
        return upgrade;
    }

    /// Whether `Connection` names header lines that concern this connection only.
    public boolean nominates() {
        return nominates;
    }

    /// The lines end at `at`, where an empty one would stand.
    public void end(int at) {
        linesEnd = at;
    }

    /// Adds the line whose name and value stand at these bytes; their octets are checked already. [HeadResult#MORE]
    /// when framing headers agree with it.
    public HeadResult add(int nameFrom, int nameTo, int valueFrom, int valueTo) {
        return add(LineKind.of(bytes, nameFrom, nameTo), nameFrom, nameTo, Span.of(valueFrom, valueTo));
    }

    /// Adds a line of a known [LineKind] whose name is checked already; copies both, checks the value and what
    /// framing headers say. [HeadResult#MORE] when the line is good.
    public HeadResult addLine(int kind, byte[] nameBytes, long name, byte[] valueBytes, long value) {
        int nameLength = Span.length(name);
        int valueLength = Span.length(value);
        reserve(nameLength + valueLength + 4);
        int at = length;
        System.arraycopy(nameBytes, Span.start(name), bytes, at, nameLength);
        int colon = at + nameLength;
        bytes[colon] = ':';
        bytes[colon + 1] = ' ';
        int from = colon + 2;
        int to = from + valueLength;
        System.arraycopy(valueBytes, Span.start(value), bytes, from, valueLength);
        if (Octets.endOfValue(bytes, from, to) != to) {
            return HeadResult.VALUE_INVALID;
        }
        bytes[to] = Octets.CR;
        bytes[to + 1] = Octets.LF;
        length = to + 2;
        linesEnd = length;
        return add(kind, at, colon, Span.of(from, to));
    }

    private HeadResult add(int kind, int nameFrom, int nameTo, long value) {
        int valueFrom = Span.start(value);
        int valueTo = Span.end(value);
        boolean again = kind != LineKind.OTHER && has(kind);
        index(nameFrom, nameTo, valueFrom, valueTo, kind);
        return switch (kind) {
            case LineKind.HOST -> again ? HeadResult.HOST_DUPLICATE : HeadResult.MORE;
            case LineKind.CONTENT_LENGTH -> again ? HeadResult.LENGTH_DUPLICATE : readLength(valueFrom, valueTo);
            case LineKind.TRANSFER_ENCODING -> again ? HeadResult.CODING_INVALID : readCoding(valueFrom, valueTo);
            case LineKind.CONNECTION -> {
                readConnection(valueFrom, valueTo);
                yield HeadResult.MORE;
            }
            default -> HeadResult.MORE;
        };
    }

    private void index(int nameFrom, int nameTo, int valueFrom, int valueTo, int kind) {
        if (count == kinds.length) {
            kinds = Arrays.copyOf(kinds, count * 2);
            index = Arrays.copyOf(index, count * 2 * STRIDE);
        }
        int at = count * STRIDE;
        index[at] = nameFrom;
        index[at + 1] = nameTo;
        index[at + 2] = valueFrom;
        index[at + 3] = valueTo;
        kinds[count] = (byte) kind;
        count++;
        seen |= LineKind.bit(kind);
    }

    /// Takes a line out, and what it says of a body's length, and gives how many bytes it had.
    int removeLine(int line) {
        contentLength = kinds[line] == LineKind.CONTENT_LENGTH ? -1 : contentLength;
        chunked &= kinds[line] != LineKind.TRANSFER_ENCODING;
        int from = lineStart(line);
        int size = lineStart(line + 1) - from;
        System.arraycopy(bytes, from + size, bytes, from, length - from - size);
        length -= size;
        linesEnd -= size;
        count--;
        for (int i = line; i < count; i++) {
            kinds[i] = kinds[i + 1];
            for (int part = 0; part < STRIDE; part++) {
                index[i * STRIDE + part] = index[(i + 1) * STRIDE + part] - size;
            }
        }
        seen = 0;
        for (int i = 0; i < count; i++) {
            seen |= LineKind.bit(kinds[i]);
        }
        return size;
    }

    private HeadResult readLength(int start, int end) {
        long value = 0;
        for (int i = start; i < end; i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9 || value > MAX_LENGTH) {
                return HeadResult.LENGTH_INVALID;
            }
            value = value * 10 + digit;
        }
        if (start == end) {
            return HeadResult.LENGTH_INVALID;
        }
        contentLength = value;
        return HeadResult.MORE;
    }

    private HeadResult readCoding(int start, int end) {
        if (Octets.equalsIgnoreCase(bytes, start, end, "chunked")) {
            chunked = true;
            return HeadResult.MORE;
        }
        int last = start;
        for (int i = start; i < end; i++) {
            if (bytes[i] == ',') {
                last = i + 1;
            }
        }
        while (last < end && (bytes[last] == ' ' || bytes[last] == '\t')) {
            last++;
        }
        boolean endsChunked = Octets.equalsIgnoreCase(bytes, last, end, "chunked");
        return endsChunked ? HeadResult.CODING_UNSUPPORTED : HeadResult.CODING_INVALID;
    }

    private void readConnection(int start, int end) {
        int at = start;
        while (at < end) {
            int stop = at;
            while (stop < end && bytes[stop] != ',') {
                stop++;
            }
            readOption(at, stop);
            at = stop + 1;
        }
    }

    private void readOption(int from, int to) {
        int start = Octets.skipBlanks(bytes, from, to);
        int end = Octets.trimBlanks(bytes, start, to);
        if (start == end) {
            return;
        }
        if (Octets.equalsIgnoreCase(bytes, start, end, "close")) {
            close = true;
        } else if (Octets.equalsIgnoreCase(bytes, start, end, "keep-alive")) {
            keepAlive = true;
        } else if (Octets.equalsIgnoreCase(bytes, start, end, "upgrade")) {
            upgrade = true;
        } else {
            nominates = true;
        }
    }

    /// Whether a `Connection` line names line `line`. Only lines that the proxy has no rule for can be named.
    public boolean nominated(int line) {
        if (kinds[line] != LineKind.OTHER) {
            return false;
        }
        for (int i = 0; i < count; i++) {
            if (kinds[i] == LineKind.CONNECTION && lists(i, line)) {
                return true;
            }
        }
        return false;
    }

    private boolean lists(int connection, int line) {
        int end = index[connection * STRIDE + 3];
        int at = index[connection * STRIDE + 2];
        while (at < end) {
            int stop = at;
            while (stop < end && bytes[stop] != ',') {
                stop++;
            }
            int start = Octets.skipBlanks(bytes, at, stop);
            if (sameName(start, Octets.trimBlanks(bytes, start, stop), line)) {
                return true;
            }
            at = stop + 1;
        }
        return false;
    }

    private boolean sameName(int start, int end, int line) {
        int name = index[line * STRIDE];
        if (end - start != index[line * STRIDE + 1] - name) {
            return false;
        }
        for (int i = 0; i < end - start; i++) {
            if (Octets.lower(bytes[start + i]) != Octets.lower(bytes[name + i])) {
                return false;
            }
        }
        return true;
    }
}
