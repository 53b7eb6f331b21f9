package io.heddle.proxy.http1;

import io.heddle.traffic.request.ResponseHead;
import io.netty.buffer.ByteBuf;

/// A response's head over its bytes (RFC 9112, section 4). One object per upstream connection, filled anew for every
/// response; as strict as [Http1RequestHead].
public final class Http1ResponseHead implements ResponseHead {
    private static final int MAX_BYTES = 64 * 1024;
    private static final int MAX_LINES = 200;

    private final HeaderLines lines = new HeaderLines();
    private final LineReader reader = new LineReader(lines, MAX_BYTES, MAX_LINES);
    private boolean started;
    private boolean version10;
    private int status;
    private int statusAt;

    /// Forgets the response, for the next one.
    public void clear() {
        reader.clear();
        started = false;
        version10 = false;
        status = 0;
    }

    /// Whether a byte of the response has come.
    public boolean begun() {
        return lines.length > 0;
    }

    /// Reads on from `in`: to the head's end, or to the buffer's, or to the first fault.
    public HeadResult read(ByteBuf in) {
        while (reader.take(in)) {
            var result = parse();
            if (result == HeadResult.DONE) {
                reader.giveBack(in);
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
        var bytes = lines.bytes;
        boolean shaped = end - start >= 12
                && bytes[end] == Octets.CR
                && Octets.equalsIgnoreCase(bytes, start, start + 7, "http/1.")
                && (bytes[start + 7] == '0' || bytes[start + 7] == '1')
                && bytes[start + 8] == ' ';
        if (!shaped || (end - start > 12 && bytes[start + 12] != ' ')) {
            return false;
        }
        version10 = bytes[start + 7] == '0';
        statusAt = start + 8;
        int value = 0;
        for (int i = start + 9; i < start + 12; i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9) {
                return false;
            }
            value = value * 10 + digit;
        }
        status = value;
        return value >= 100 && value <= 599 && Octets.endOfValue(bytes, start + 12, end) == end;
    }

    /// Whether the status means that no body follows, whatever the headers say (RFC 9112, section 6.3).
    public boolean bodiless() {
        return status < 200 || status == 204 || status == 304;
    }

    /// Whether the upstream keeps the connection.
    public boolean keepsConnection() {
        return !version10 && !lines.close();
    }

    /// The header lines.
    public HeaderLines lines() {
        return lines;
    }

    /// How many bytes the head has.
    public int size() {
        return lines.length;
    }

    /// Where ` 200 OK` begins, its space included.
    int statusAt() {
        return statusAt;
    }

    @Override
    public int status() {
        return status;
    }

    @Override
    public byte[] bytes() {
        return lines.bytes;
    }

    @Override
    public int headerCount() {
        return lines.count();
    }

    @Override
    public long headerName(int line) {
        return lines.name(line);
    }

    @Override
    public long headerValue(int line) {
        return lines.value(line);
    }
}
