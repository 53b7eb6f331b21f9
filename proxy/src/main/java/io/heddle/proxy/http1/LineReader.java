package io.heddle.proxy.http1;

import io.heddle.proxy.http.HeadResult;
import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.Octets;
import io.netty.buffer.ByteBuf;

/// Reads the header lines of a head as its bytes arrive, line by line, each line once.
///
/// An incomplete line is only searched for its end when more bytes come, so that a head sent byte by byte costs no more
/// than its length.
final class LineReader {
    private static final int STEP = 2048;

    private final HeaderLines lines;
    private final int maxBytes;
    private final int maxLines;
    private int lineStart;
    private int searched;

    LineReader(HeaderLines lines, int maxBytes, int maxLines) {
        this.lines = lines;
        this.maxBytes = maxBytes;
        this.maxLines = maxLines;
    }

    void clear() {
        lines.clear();
        lineStart = 0;
        searched = 0;
    }

    /// Where the line that is being read starts.
    int lineStart() {
        return lineStart;
    }

    /// The line that started at [#lineStart] is done; the next starts at `next`.
    void lineDone(int next) {
        lineStart = next;
    }

    /// Takes some bytes from `in`; false when it had none.
    boolean take(ByteBuf in) {
        int size = Math.min(in.readableBytes(), STEP);
        if (size == 0) {
            return false;
        }
        lines.take(in, size);
        return true;
    }

    /// Gives back to `in` what was taken beyond the head's end.
    void giveBack(ByteBuf in) {
        in.readerIndex(in.readerIndex() - (lines.length() - lineStart));
        lines.truncate(lineStart);
    }

    /// Whether the bytes taken are more than a head may have, although it is not complete.
    boolean tooLarge() {
        return lines.length() >= maxBytes;
    }

    /// Whether the head, which is complete, is larger than allowed.
    boolean ended() {
        return lineStart <= maxBytes;
    }

    /// The index of the LF that ends the current line, or -1 when it has not come.
    int endOfLine() {
        var bytes = lines.bytes();
        for (int i = Math.max(searched, lineStart); i < lines.length(); i++) {
            if (bytes[i] == Octets.LF) {
                searched = i;
                return i;
            }
        }
        searched = lines.length();
        return -1;
    }

    /// Reads header lines until the empty one.
    HeadResult read() {
        while (true) {
            int start = lineStart;
            if (start + 1 < lines.length()
                    && lines.bytes()[start] == Octets.CR
                    && lines.bytes()[start + 1] == Octets.LF) {
                lines.end(start);
                lineStart = start + 2;
                return ended() ? HeadResult.DONE : HeadResult.HEAD_TOO_LARGE;
            }
            int end = endOfLine();
            if (end < 0) {
                return tooLarge() ? HeadResult.HEAD_TOO_LARGE : HeadResult.MORE;
            }
            var result = readLine(start, end);
            if (result != HeadResult.MORE) {
                return result;
            }
            lineStart = end + 1;
        }
    }

    private HeadResult readLine(int start, int end) {
        var bytes = lines.bytes();
        if (end == start || bytes[end - 1] != Octets.CR) {
            return HeadResult.LINE_ENDING_INVALID;
        }
        if (lines.count() == maxLines) {
            return HeadResult.TOO_MANY_HEADERS;
        }
        if (bytes[start] == ' ' || bytes[start] == '\t') {
            return HeadResult.LINE_FOLDED;
        }
        int colon = start;
        while (Octets.isToken(bytes[colon])) {
            colon++;
        }
        if (colon == start || bytes[colon] != ':') {
            return HeadResult.NAME_INVALID;
        }
        int stop = end - 1;
        if (Octets.endOfValue(bytes, colon + 1, stop) != stop) {
            return HeadResult.VALUE_INVALID;
        }
        int valueStart = Octets.skipBlanks(bytes, colon + 1, stop);
        return lines.add(start, colon, valueStart, Octets.trimBlanks(bytes, valueStart, stop));
    }
}
