package io.heddle.proxy.http1;

import io.heddle.proxy.http.EditedLines;
import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.proxy.http.HttpResponseHead;
import io.heddle.proxy.http.Octets;
import io.heddle.proxy.http.Trailers;
import io.heddle.traffic.request.Span;
import io.heddle.traffic.runtime.Http1Options.NameCase;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.function.IntFunction;

/// Writes heads: ranges of a received head as they are, without the lines that must go, and new lines after them.
///
/// One object per event loop. What is kept contiguous is copied at once, so a head that only loses one line costs two
/// copies.
public final class HeadWriter {
    private byte[] out = new byte[4096];
    private int length;
    private int own;

    /// Begins a new head.
    public HeadWriter start() {
        length = 0;
        own = 0;
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
            out[length + i] = Octets.safe(text.charAt(i));
        }
        length += size;
        return this;
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

    /// Appends the request line as received, which the head must have, together with the header lines.
    public HeadWriter request(HttpRequestHead head, EditedLines lines) {
        return lines(lines, head.requestLine());
    }

    /// Appends header lines.
    public HeadWriter headers(EditedLines lines) {
        return lines(lines, lines.received().lineStart(0));
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

    /// Appends the trailers that may be passed on.
    HeadWriter trailers(HeaderLines lines) {
        for (int i = 0; i < lines.count(); i++) {
            if (Trailers.passes(lines, i)) {
                bytes(lines.bytes(), lines.lineStart(i), lines.lineStart(i + 1));
            }
        }
        return this;
    }

    /// What is kept contiguous is copied at once, with the bytes from `from` before it.
    private HeadWriter lines(EditedLines lines, int from) {
        var received = lines.received();
        int end = received.lineStart(received.count());
        int kept = from;
        if (!lines.keepsAll()) {
            for (int i = 0; i < received.count(); i++) {
                if (!lines.keeps(i)) {
                    bytes(received.bytes(), kept, received.lineStart(i));
                    kept = received.lineStart(i + 1);
                }
            }
        }
        bytes(received.bytes(), kept, end);
        own = length;
        var added = lines.added();
        return bytes(added.bytes(), 0, added.length());
    }

    /// Writes the names of the lines so far as `names` says.
    public HeadWriter names(NameCase names) {
        switch (names) {
            case RECEIVED -> {}
            case OWN_PROPER -> properCase(own);
            case PROPER -> properCase(endOfLine(0));
        }
        return this;
    }

    /// Capitals where a word begins, behind anything but a letter or a digit, and small letters else.
    private void properCase(int from) {
        int at = from;
        while (at < length) {
            boolean begins = true;
            for (; out[at] != ':'; at++) {
                byte small = (byte) Octets.lower(out[at]);
                boolean letter = small >= 'a' && small <= 'z';
                out[at] = letter && begins ? (byte) (small - 'a' + 'A') : small;
                begins = !letter && !(small >= '0' && small <= '9');
            }
            at = endOfLine(at);
        }
    }

    /// Where the line after the one at `from` starts.
    private int endOfLine(int from) {
        int at = from;
        while (out[at] != Octets.LF) {
            at++;
        }
        return at + 1;
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
