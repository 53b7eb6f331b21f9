package io.heddle.proxy.http1;

import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.Span;
import io.netty.buffer.ByteBuf;

/// A request's head over its bytes (RFC 9112, sections 3 and 5). One object per connection, filled anew for every
/// request.
///
/// Reading is strict where two readers could disagree about where a request ends or to whom it goes: line endings,
/// framing headers, the Host header, names and values. What is refused is a [HeadResult].
public final class Http1RequestHead implements RequestHead {
    private static final int MAX_EMPTY_LINES = 1;

    private final HeaderLines lines = new HeaderLines();
    private final LineReader reader;
    private boolean started;
    private int emptyLines;
    private int requestLine;
    private long method;
    private long path;
    private long authority;
    private boolean absolute;
    private boolean pathChanged;
    private boolean connect;
    private boolean version10;

    /// A head of at most `maxBytes` with at most `maxLines` header lines.
    public Http1RequestHead(int maxBytes, int maxLines) {
        this.reader = new LineReader(lines, maxBytes, maxLines);
    }

    /// Forgets the request, for the next one.
    public void clear() {
        reader.clear();
        started = false;
        emptyLines = 0;
        requestLine = 0;
        method = 0;
        path = 0;
        authority = Span.ABSENT;
        absolute = false;
        pathChanged = false;
        connect = false;
        version10 = false;
    }

    /// Whether a byte of the request has come.
    public boolean begun() {
        return lines.length > 0;
    }

    /// Reads on from `in`: to the head's end, or to the buffer's, or to the first fault.
    public HeadResult read(ByteBuf in) {
        while (reader.take(in)) {
            var result = parse();
            if (result == HeadResult.DONE) {
                reader.giveBack(in);
                return complete();
            }
            if (result != HeadResult.MORE) {
                return result;
            }
        }
        return HeadResult.MORE;
    }

    private HeadResult parse() {
        while (!started) {
            int end = reader.endOfLine();
            int start = reader.lineStart();
            if (end < 0) {
                return unfinishedLine(start);
            }
            if (end == start || lines.bytes[end - 1] != Octets.CR) {
                return HeadResult.LINE_ENDING_INVALID;
            }
            if (end - 1 > start) {
                var result = readRequestLine(start, end - 1);
                if (result != HeadResult.MORE) {
                    return result;
                }
                requestLine = start;
                started = true;
            } else if (++emptyLines > MAX_EMPTY_LINES) {
                return HeadResult.METHOD_INVALID;
            }
            reader.lineDone(end + 1);
        }
        return reader.read();
    }

    private HeadResult unfinishedLine(int start) {
        if (reader.tooLarge()) {
            return HeadResult.TARGET_TOO_LONG;
        }
        boolean plausible = start >= lines.length || Octets.isToken(lines.bytes[start]) || lines.bytes[start] == '\r';
        return plausible ? HeadResult.MORE : HeadResult.METHOD_INVALID;
    }

    private HeadResult readRequestLine(int start, int end) {
        var bytes = lines.bytes;
        int space = start;
        while (Octets.isToken(bytes[space])) {
            space++;
        }
        if (space == start || bytes[space] != ' ') {
            return HeadResult.METHOD_INVALID;
        }
        method = Span.of(start, space);
        int target = space + 1;
        int targetEnd = target;
        while (Octets.isTarget(bytes[targetEnd])) {
            targetEnd++;
        }
        if (targetEnd == target || bytes[targetEnd] != ' ') {
            return HeadResult.TARGET_INVALID;
        }
        var version = readVersion(targetEnd + 1, end);
        return version == HeadResult.MORE ? readTarget(target, targetEnd) : version;
    }

    private HeadResult readVersion(int start, int end) {
        var bytes = lines.bytes;
        boolean shaped = end - start == 8
                && bytes[start] == 'H'
                && bytes[start + 1] == 'T'
                && bytes[start + 2] == 'T'
                && bytes[start + 3] == 'P'
                && bytes[start + 4] == '/'
                && isDigit(bytes[start + 5])
                && bytes[start + 6] == '.'
                && isDigit(bytes[start + 7]);
        if (!shaped) {
            return HeadResult.VERSION_INVALID;
        }
        version10 = bytes[start + 7] == '0';
        boolean known = bytes[start + 5] == '1' && (version10 || bytes[start + 7] == '1');
        return known ? HeadResult.MORE : HeadResult.VERSION_UNSUPPORTED;
    }

    private static boolean isDigit(byte octet) {
        return octet >= '0' && octet <= '9';
    }

    private HeadResult readTarget(int start, int end) {
        var bytes = lines.bytes;
        if (isMethod("CONNECT")) {
            connect = true;
            authority = Span.of(start, end);
            path = Span.of(start, start);
            return Octets.isAuthority(bytes, start, end) ? HeadResult.MORE : HeadResult.TARGET_INVALID;
        }
        path = Span.of(start, end);
        if (bytes[start] == '/') {
            return HeadResult.MORE;
        }
        if (bytes[start] == '*' && end - start == 1 && isMethod("OPTIONS")) {
            return HeadResult.MORE;
        }
        int scheme = 0;
        if (Octets.startsWithIgnoreCase(bytes, start, end, "http://")) {
            scheme = 7;
        } else if (Octets.startsWithIgnoreCase(bytes, start, end, "https://")) {
            scheme = 8;
        }
        return scheme == 0 ? HeadResult.TARGET_INVALID : readAbsolute(start + scheme, end);
    }

    /// Absolute form: authority and path of a forward proxy's request. An absent path is the slash just before the
    /// authority; an absent path with a query is refused, as there is no slash to stand before it.
    private HeadResult readAbsolute(int start, int end) {
        var bytes = lines.bytes;
        int stop = start;
        while (stop < end && bytes[stop] != '/' && bytes[stop] != '?') {
            stop++;
        }
        if (stop < end && bytes[stop] == '?') {
            return HeadResult.TARGET_INVALID;
        }
        absolute = true;
        authority = Span.of(start, stop);
        path = stop == end ? Span.of(start - 1, start) : Span.of(stop, end);
        return Octets.isAuthority(bytes, start, stop) ? HeadResult.MORE : HeadResult.HOST_INVALID;
    }

    private HeadResult complete() {
        if (lines.chunked() && version10) {
            return HeadResult.CODING_INVALID;
        }
        if (lines.chunked() && lines.contentLength() >= 0) {
            return HeadResult.FRAMING_CONFLICT;
        }
        long host = lines.first(LineKind.HOST);
        if (!Span.isPresent(host)) {
            return version10 ? HeadResult.DONE : HeadResult.HOST_MISSING;
        }
        if (Span.length(host) == 0) {
            return HeadResult.HOST_MISSING;
        }
        if (!Octets.isAuthority(lines.bytes, Span.start(host), Span.end(host))) {
            return HeadResult.HOST_INVALID;
        }
        if (!absolute && !connect) {
            authority = host;
        }
        return HeadResult.DONE;
    }

    /// Whether the method is `name`; methods are compared with their case.
    public boolean isMethod(String name) {
        if (Span.length(method) != name.length()) {
            return false;
        }
        int start = Span.start(method);
        for (int i = 0; i < name.length(); i++) {
            if (lines.bytes[start + i] != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /// Makes the path plain: dot segments resolved and unreserved octets decoded if `dots`, slashes in a row made one
    /// if
    /// `mergeSlashes`. From then on [#path] is the plain one.
    public void normalizePath(boolean dots, boolean mergeSlashes) {
        int start = Span.start(path);
        int end = Span.end(path);
        int query = start;
        while (query < end && lines.bytes[query] != '?') {
            query++;
        }
        boolean wanted = dots || mergeSlashes;
        if (!wanted || connect || !PathNormalizer.isSuspect(lines.bytes, start, query)) {
            return;
        }
        int plain = PathNormalizer.normalize(lines.bytes, start, query, dots, mergeSlashes);
        System.arraycopy(lines.bytes, query, lines.bytes, plain, end - query);
        path = Span.of(start, plain + end - query);
        pathChanged = true;
    }

    /// The header lines.
    public HeaderLines lines() {
        return lines;
    }

    /// Whether the request line must be made anew to be sent on: its target is in absolute form, or its path has
    /// changed, or its version is not ours.
    public boolean needsNewLine() {
        return absolute || pathChanged || version10;
    }

    /// Whether this is a CONNECT request.
    public boolean connect() {
        return connect;
    }

    /// Whether the client speaks HTTP/1.0.
    public boolean version10() {
        return version10;
    }

    /// How many bytes the head has.
    public int size() {
        return lines.length;
    }

    int requestLine() {
        return requestLine;
    }

    /// Whether a body follows.
    public boolean hasBody() {
        return lines.chunked() || lines.contentLength() > 0;
    }

    /// Whether the client wants the connection closed afterwards, said or by its version.
    public boolean wantsClose() {
        return lines.close() || version10;
    }

    /// Whether the client waits for `100 Continue` before it sends the body.
    public boolean expectsContinue() {
        long value = lines.first(LineKind.EXPECT);
        return Span.isPresent(value)
                && Octets.equalsIgnoreCase(lines.bytes, Span.start(value), Span.end(value), "100-continue");
    }

    /// Whether the client asks for WebSocket.
    public boolean wantsWebSocket() {
        long value = lines.first(LineKind.UPGRADE);
        return Span.isPresent(value)
                && Octets.equalsIgnoreCase(lines.bytes, Span.start(value), Span.end(value), "websocket");
    }

    @Override
    public long method() {
        return method;
    }

    @Override
    public long path() {
        return path;
    }

    @Override
    public long authority() {
        return authority;
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
