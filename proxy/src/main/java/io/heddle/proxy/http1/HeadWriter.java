package io.heddle.proxy.http1;

import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.proxy.http.HttpResponseHead;
import io.heddle.proxy.http.LineKind;
import io.heddle.traffic.request.HeaderEdit;
import io.heddle.traffic.request.HeaderEdits;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.Span;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// Writes heads: ranges of a received head as they are, without the lines that must go, and new lines after them.
///
/// One object per event loop. What is kept contiguous is copied at once, so a head that only loses one line costs two
/// copies. Changes to lines that frame the message are not made: framing is the proxy's own.
public final class HeadWriter {
    private static final int NEVER_EDITED = LineKind.bit(LineKind.CONTENT_LENGTH)
            | LineKind.bit(LineKind.TRANSFER_ENCODING)
            | LineKind.bit(LineKind.CONNECTION);

    private byte[] out = new byte[4096];
    private int length;

    /// Begins a new head.
    public HeadWriter start() {
        length = 0;
        return this;
    }

    /// Appends `text`, the caller's own, as it is: ASCII, `\r\n` included. What comes from elsewhere goes by [#safe].
    public HeadWriter text(String text) {
        int size = text.length();
        reserve(size);
        for (int i = 0; i < size; i++) {
            out[length + i] = (byte) text.charAt(i);
        }
        length += size;
        return this;
    }

    /// Appends `text` from a configuration or a certificate: control characters become spaces, characters up to U+00FF
    /// one byte each, as they were read, and those above question marks. It can end no line.
    public HeadWriter safe(String text) {
        int size = text.length();
        reserve(size);
        for (int i = 0; i < size; i++) {
            out[length + i] = octet(text.charAt(i));
        }
        length += size;
        return this;
    }

    private static byte octet(char c) {
        if (c > 0xff) {
            return '?';
        }
        return (byte) ((c < 0x20 && c != '\t') || c == 0x7f ? ' ' : c);
    }

    /// Appends bytes `from` to `to` (exclusive).
    public HeadWriter bytes(byte[] source, int from, int to) {
        reserve(to - from);
        System.arraycopy(source, from, out, length, to - from);
        length += to - from;
        return this;
    }

    /// Appends all of `source`.
    public HeadWriter bytes(byte[] source) {
        return bytes(source, 0, source.length);
    }

    /// Appends the bytes of a span.
    public HeadWriter span(byte[] source, long span) {
        return bytes(source, Span.start(span), Span.end(span));
    }

    /// Appends a number in decimal.
    public HeadWriter number(long value) {
        return text(Long.toString(value));
    }

    /// Appends a line `name: value`; control characters in the value become spaces.
    public HeadWriter line(String name, String value) {
        return safe(name).text(": ").safe(value).text("\r\n");
    }

    /// Appends the request line as received, which the head must have, together with the header lines, without kinds in
    /// `dropMask`, without what
    /// `Connection` names, and without what `edits` remove or replace.
    public HeadWriter request(HttpRequestHead head, int dropMask, HeaderEdits edits) {
        return lines(head.lines(), head.requestLine(), dropMask, edits);
    }

    /// Appends header lines without kinds in `dropMask`, without what `Connection` names, and without what `edits`
    /// remove or replace.
    public HeadWriter headers(HeaderLines lines, int dropMask, HeaderEdits edits) {
        return lines(lines, lines.lineStart(0), dropMask, edits);
    }

    /// Appends the status line with our own version, as received else.
    public HeadWriter status(HttpResponseHead head) {
        text("HTTP/1.1");
        if (head.hasStatusLine()) {
            return bytes(head.bytes(), head.statusLine(), head.lines().lineStart(0));
        }
        return text(" ")
                .number(head.status())
                .text(" ")
                .text(Reasons.of(head.status()))
                .text("\r\n");
    }

    void lines(HeaderLines lines, int from, int dropMask) {
        copy(lines, from, dropMask, null);
    }

    private HeadWriter lines(HeaderLines lines, int from, int dropMask, HeaderEdits edits) {
        copy(lines, from, dropMask, edits.size() == 0 ? null : edits);
        if (edits.size() > 0) {
            append(lines, edits);
        }
        return this;
    }

    private void copy(HeaderLines lines, int from, int dropMask, @Nullable HeaderEdits edits) {
        boolean untouched = !lines.hasAny(dropMask) && !lines.nominates() && edits == null;
        int end = lines.lineStart(lines.count());
        if (untouched) {
            bytes(lines.bytes(), from, end);
            return;
        }
        int kept = from;
        for (int i = 0; i < lines.count(); i++) {
            boolean drop = ((dropMask >>> lines.kind(i)) & 1) != 0
                    || (lines.nominates() && lines.nominated(i))
                    || (edits != null && replaced(lines, i, edits));
            if (drop) {
                bytes(lines.bytes(), kept, lines.lineStart(i));
                kept = lines.lineStart(i + 1);
            }
        }
        bytes(lines.bytes(), kept, end);
    }

    private static boolean replaced(HeaderLines lines, int line, HeaderEdits edits) {
        if (((NEVER_EDITED >>> lines.kind(line)) & 1) != 0) {
            return false;
        }
        long name = lines.name(line);
        for (int i = 0; i < edits.size(); i++) {
            var edit = edits.edit(i);
            boolean removes = edit.action() == HeaderEdit.Action.SET || edit.action() == HeaderEdit.Action.REMOVE;
            if (removes && edit.name().matches(lines.bytes(), Span.start(name), Span.end(name))) {
                return true;
            }
        }
        return false;
    }

    private void append(HeaderLines lines, HeaderEdits edits) {
        for (int i = 0; i < edits.size(); i++) {
            var edit = edits.edit(i);
            boolean adds = switch (edit.action()) {
                case APPEND, SET -> true;
                case ADD_IF_ABSENT -> !isThere(lines, edit.name()) && !addedBefore(edits, i);
                case REMOVE -> false;
            };
            if (adds && !undone(edits, i) && !frames(edit.name())) {
                line(edit.name().toString(), edit.value());
            }
        }
    }

    private static boolean frames(HeaderName name) {
        return name.equals(HeaderName.CONTENT_LENGTH)
                || name.equals(HeaderName.TRANSFER_ENCODING)
                || name.equals(HeaderName.CONNECTION);
    }

    private static boolean undone(HeaderEdits edits, int index) {
        for (int i = index + 1; i < edits.size(); i++) {
            var later = edits.edit(i);
            boolean removes = later.action() == HeaderEdit.Action.SET || later.action() == HeaderEdit.Action.REMOVE;
            if (removes && later.name().equals(edits.edit(index).name())) {
                return true;
            }
        }
        return false;
    }

    private static boolean addedBefore(HeaderEdits edits, int index) {
        for (int i = 0; i < index; i++) {
            var earlier = edits.edit(i);
            if (earlier.action() != HeaderEdit.Action.REMOVE
                    && earlier.name().equals(edits.edit(index).name())) {
                return true;
            }
        }
        return false;
    }

    private static boolean isThere(HeaderLines lines, HeaderName name) {
        for (int i = 0; i < lines.count(); i++) {
            long span = lines.name(i);
            if (name.matches(lines.bytes(), Span.start(span), Span.end(span))) {
                return true;
            }
        }
        return false;
    }

    /// Ends the head and gives it in a buffer from `allocator` with room for `spare` more bytes.
    public ByteBuf finish(IntFunction<ByteBuf> allocator, int spare) {
        text("\r\n");
        return allocator.apply(length + spare).writeBytes(out, 0, length);
    }

    private void reserve(int more) {
        if (length + more > out.length) {
            out = Arrays.copyOf(out, Math.max(length + more, out.length * 2));
        }
    }
}
