package io.heddle.proxy.http1;

import io.heddle.proxy.http.HeadResult;
import io.heddle.proxy.http.HttpResponseHead;
import io.heddle.proxy.http.Octets;
import io.netty.buffer.ByteBuf;

/// Reads a response's head from its bytes (RFC 9112, section 4). One object per upstream connection; as strict as
/// [Http1RequestReader].
public final class Http1ResponseReader {
    private final HttpResponseHead head = new HttpResponseHead();
    private final LineReader reader;
    private boolean started;
    private boolean version10;

    /// Reads heads of at most `maxBytes` with at most `maxLines` header lines.
    public Http1ResponseReader(int maxBytes, int maxLines) {
        this.reader = new LineReader(head.lines(), maxBytes, maxLines);
    }

    /// Forgets the response, for the next one.
    public void clear() {
        head.clear();
        reader.clear();
        started = false;
        version10 = false;
    }

    /// The head, once it is read.
    public HttpResponseHead head() {
        return head;
    }

    /// Whether the upstream keeps the connection.
    public boolean keepsConnection() {
        return !version10 && !head.lines().close();
    }

    /// Reads on from `in`: to the head's end, or to the buffer's, or to the first fault.
    public HeadResult read(ByteBuf in) {
        while (reader.take(in)) {
            var result = parse();
            if (result == HeadResult.DONE) {
                reader.giveBack(in);
                var lines = head.lines();
                boolean conflict = lines.chunked() && (lines.contentLength() >= 0 || version10);
                return conflict ? HeadResult.FRAMING_CONFLICT : HeadResult.DONE;
            }
            if (result != HeadResult.MORE) {
                return result;
            }
        }
        return HeadResult.MORE;
    }

    private HeadResult parse() {
        if (!started) {
            int end = reader.endOfLine();
            if (end < 0) {
                return reader.tooLarge() ? HeadResult.HEAD_TOO_LARGE : HeadResult.MORE;
            }
            if (!readStatusLine(reader.lineStart(), end - 1)) {
                return HeadResult.STATUS_INVALID;
            }
            reader.lineDone(end + 1);
            started = true;
        }
        return reader.read();
    }

    /// `HTTP/1.1 200 OK`; the reason may be missing, with or without its space.
    private boolean readStatusLine(int start, int end) {
        var bytes = head.bytes();
        boolean shaped = end - start >= 12
                && bytes[end] == Octets.CR
                && Octets.equalsIgnoreCase(bytes, start, start + 7, "http/1.")
                && (bytes[start + 7] == '0' || bytes[start + 7] == '1')
                && bytes[start + 8] == ' ';
        if (!shaped || (end - start > 12 && bytes[start + 12] != ' ')) {
            return false;
        }
        version10 = bytes[start + 7] == '0';
        head.statusLine(end - start > 12 ? start + 8 : HttpResponseHead.NO_LINE);
        int value = 0;
        for (int i = start + 9; i < start + 12; i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9) {
                return false;
            }
            value = value * 10 + digit;
        }
        head.status(value);
        return value >= 100 && value <= 599 && Octets.endOfValue(bytes, start + 12, end) == end;
    }
}
