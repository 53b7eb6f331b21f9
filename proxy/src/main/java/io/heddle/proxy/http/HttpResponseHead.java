package io.heddle.proxy.http;

import io.heddle.traffic.request.ResponseHead;

/// A response's head over its bytes, whatever protocol it came by. One object per stream, filled anew for every
/// response.
///
/// The reader of a protocol fills it: [#clear], then the status and the lines.
public final class HttpResponseHead implements ResponseHead {
    /// No status line that may be sent on.
    public static final int NO_LINE = -1;

    private static final int FRAMING = LineKind.bit(LineKind.CONTENT_LENGTH) | LineKind.bit(LineKind.TRANSFER_ENCODING);

    private final HeaderLines lines;
    private int status;
    private int statusLine = NO_LINE;

    /// An empty one.
    public HttpResponseHead() {
        this(new HeaderLines());
    }

    private HttpResponseHead(HeaderLines lines) {
        this.lines = lines;
    }

    /// Forgets the response, for the next one.
    public void clear() {
        lines.clear();
        status = 0;
        statusLine = NO_LINE;
    }

    /// A copy that shares nothing and says nothing of the body's length or framing.
    public HttpResponseHead reframed() {
        var copy = new HttpResponseHead(lines.copy());
        for (int i = lines.count() - 1; i >= 0; i--) {
            if ((LineKind.bit(lines.kind(i)) & FRAMING) != 0) {
                copy.lines.removeLine(i);
            }
        }
        copy.status = status;
        copy.statusLine = statusLine;
        return copy;
    }

    /// Takes out the lines of a kind, as if they had not been sent.
    public void removeLines(int kind) {
        for (int i = lines.count() - 1; i >= 0 && lines.has(kind); i--) {
            if (lines.kind(i) == kind) {
                lines.removeLine(i);
            }
        }
    }

    /// The status is `code`, 100 to 599.
    public void status(int code) {
        status = code;
    }

    /// Where the rest of an HTTP/1 status line begins, directly before the first header line: ` 200 OK` with its space
    /// and its end; [#NO_LINE] without.
    public void statusLine(int at) {
        statusLine = at;
    }

    /// Whether the status means that no body follows, whatever the headers say (RFC 9110, section 6.4.1).
    public boolean bodiless() {
        return status < 200 || status == 204 || status == 304;
    }

    /// The header lines.
    public HeaderLines lines() {
        return lines;
    }

    /// Whether there is a status line, and with it a reason in the upstream's words.
    public boolean hasStatusLine() {
        return statusLine != NO_LINE;
    }

    /// Where the status line begins, after its version, if [#hasStatusLine].
    public int statusLine() {
        return statusLine;
    }

    /// How many bytes the head has.
    public int size() {
        return lines.length();
    }

    @Override
    public int status() {
        return status;
    }

    @Override
    public byte[] bytes() {
        return lines.bytes();
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
