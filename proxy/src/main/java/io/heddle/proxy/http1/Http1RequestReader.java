package io.heddle.proxy.http1;

import io.heddle.proxy.http.Authority;
import io.heddle.proxy.http.HeadResult;
import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.proxy.http.HttpVersion;
import io.heddle.proxy.http.LineKind;
import io.heddle.proxy.http.Octets;
import io.heddle.traffic.request.Span;
import io.heddle.traffic.runtime.Http1Options;
import io.heddle.traffic.runtime.NetworkFilter;
import io.netty.buffer.ByteBuf;

/// Reads a request's head from its bytes (RFC 9112, sections 3 and 5). One object per connection.
///
/// Reading is strict where two readers could disagree about where a request ends or to whom it goes: line endings,
/// framing headers, the Host header, names and values. What is refused is a [HeadResult].
public final class Http1RequestReader {
    private static final int MAX_EMPTY_LINES = 1;

    private final HttpRequestHead head = new HttpRequestHead();
    private final LineReader reader;
    private final Http1Options options;
    private boolean started;
    private int emptyLines;
    private boolean absolute;
    private boolean alone;

    /// Reads heads of at most `maxBytes` with at most `maxLines` header lines.
    public Http1RequestReader(int maxBytes, int maxLines) {
        this(maxBytes, maxLines, Http1Options.DEFAULT);
    }

    private Http1RequestReader(int maxBytes, int maxLines, Http1Options options) {
        this.options = options;
        this.reader = new LineReader(head.lines(), maxBytes, maxLines);
    }

    /// Reads heads as a connection manager wants them.
    public static Http1RequestReader under(NetworkFilter.Http settings) {
        var limits = settings.limits();
        return new Http1RequestReader(
                limits.maxHeaderBytes(), limits.maxHeaders(), settings.codec().http1());
    }

    /// Forgets the request, for the next one.
    public void clear() {
        head.clear();
        reader.clear();
        started = false;
        emptyLines = 0;
        absolute = false;
        alone = false;
    }

    /// The head, once it is read.
    public HttpRequestHead head() {
        return head;
    }

    /// Whether a byte of the request has come. Empty lines before it are none.
    public boolean begun() {
        return started || head.size() > reader.lineStart();
    }

    /// Whether a head that is refused ends where it says, and nothing follows it but the next one.
    public boolean standsAlone() {
        return alone;
    }

    /// Whether the client wants the connection closed afterwards, said or by its version.
    public boolean wantsClose() {
        return head.lines().close() || (head.version10() && !head.lines().keepAlive());
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
            if (end == start || head.bytes()[end - 1] != Octets.CR) {
                return HeadResult.LINE_ENDING_INVALID;
            }
            if (end - 1 > start) {
                var result = readRequestLine(start, end - 1);
                if (result != HeadResult.MORE) {
                    return result;
                }
                head.requestLine(absolute || head.version10() ? HttpRequestHead.NO_LINE : start);
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
        boolean plausible = start >= head.size() || Octets.isToken(head.bytes()[start]) || head.bytes()[start] == '\r';
        return plausible ? HeadResult.MORE : HeadResult.METHOD_INVALID;
    }

    private HeadResult readRequestLine(int start, int end) {
        var bytes = head.bytes();
        int space = start;
        while (Octets.isToken(bytes[space])) {
            space++;
        }
        if (space == start || bytes[space] != ' ') {
            return HeadResult.METHOD_INVALID;
        }
        head.method(Span.of(start, space));
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
        var bytes = head.bytes();
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
        boolean known = bytes[start + 5] == '1' && (bytes[start + 7] == '0' || bytes[start + 7] == '1');
        head.version(bytes[start + 7] == '0' ? HttpVersion.HTTP_1_0 : HttpVersion.HTTP_1_1);
        return known ? HeadResult.MORE : HeadResult.VERSION_UNSUPPORTED;
    }

    private static boolean isDigit(byte octet) {
        return octet >= '0' && octet <= '9';
    }

    private HeadResult readTarget(int start, int end) {
        var bytes = head.bytes();
        if (head.connect()) {
            head.authority(Span.of(start, end));
            head.path(Span.of(start, start));
            return Authority.hasPort(bytes, start, end) ? HeadResult.MORE : HeadResult.TARGET_INVALID;
        }
        head.path(Span.of(start, end));
        if (bytes[start] == '/') {
            return HeadResult.MORE;
        }
        if (bytes[start] == '*' && end - start == 1 && head.isMethod("OPTIONS")) {
            return HeadResult.MORE;
        }
        int scheme = 0;
        if (Octets.startsWithIgnoreCase(bytes, start, end, "http://")) {
            scheme = 7;
        } else if (Octets.startsWithIgnoreCase(bytes, start, end, "https://")) {
            scheme = 8;
        }
        if (scheme > 0 && !options.takesUrls()) {
            return HeadResult.TARGET_NOT_HERE;
        }
        return scheme == 0 ? HeadResult.TARGET_INVALID : readAbsolute(start + scheme, end);
    }

    /// Absolute form: authority and path of a forward proxy's request. An absent path is a slash (RFC 9110,
    /// section 4.2.3): the one before the authority, or, with a query, one that the authority makes room
    /// for by moving there.
    private HeadResult readAbsolute(int start, int end) {
        var bytes = head.bytes();
        int stop = start;
        while (stop < end && bytes[stop] != '/' && bytes[stop] != '?') {
            stop++;
        }
        absolute = true;
        if (!Authority.isValid(bytes, start, stop)) {
            return HeadResult.HOST_INVALID;
        }
        boolean bare = stop < end && bytes[stop] == '?';
        int moved = bare ? 1 : 0;
        if (bare) {
            System.arraycopy(bytes, start, bytes, start - 1, stop - start);
            bytes[stop - 1] = '/';
        }
        head.authority(Span.of(start - moved, stop - moved));
        head.path(stop == end ? Span.of(start - 1, start) : Span.of(stop - moved, end));
        return HeadResult.MORE;
    }

    private HeadResult complete() {
        var lines = head.lines();
        boolean version10 = head.version10();
        if (lines.chunked() && version10) {
            return HeadResult.CODING_INVALID;
        }
        if (head.connect() && (lines.chunked() || lines.contentLength() > 0)) {
            return HeadResult.CONNECT_WITH_BODY;
        }
        if (lines.chunked() && lines.contentLength() >= 0) {
            return HeadResult.FRAMING_CONFLICT;
        }
        alone = !lines.chunked() && lines.contentLength() <= 0;
        long host = lines.first(LineKind.HOST);
        if (!Span.isPresent(host)) {
            return version10 ? hostless() : HeadResult.HOST_MISSING;
        }
        if (Span.length(host) == 0) {
            return HeadResult.HOST_MISSING;
        }
        if (!Authority.isValid(lines.bytes(), Span.start(host), Span.end(host))) {
            return HeadResult.HOST_INVALID;
        }
        if (!absolute && !head.connect()) {
            head.authority(host);
        }
        return HeadResult.DONE;
    }

    /// A request of HTTP/1.0 without a host is for the one that is configured, if any.
    private HeadResult hostless() {
        if (options.defaultHost().isEmpty() || absolute || head.connect()) {
            return HeadResult.DONE;
        }
        var lines = head.lines();
        lines.beginLine();
        lines.append("host");
        lines.separate();
        lines.appendSafe(options.defaultHost());
        var result = lines.endLine();
        if (result == HeadResult.MORE) {
            head.authority(lines.first(LineKind.HOST));
            return HeadResult.DONE;
        }
        return result;
    }
}
