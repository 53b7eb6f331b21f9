package io.heddle.proxy.http;

import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.Span;
import java.util.Locale;

/// A request's head over its bytes, whatever protocol it came by. One object per stream, filled anew for every request.
///
/// The reader of a protocol fills it: [#clear], then the version, where method, path and authority stand in the
/// bytes of [#lines], and the lines. What stands in bytes but in no line (a request line, pseudo-header fields)
/// stands before the first line.
public final class HttpRequestHead implements RequestHead {
    /// No request line that may be sent on.
    public static final int NO_LINE = -1;

    private final HeaderLines lines;
    private HttpVersion version = HttpVersion.HTTP_1_1;
    private long method;
    private long path;
    private long authority = Span.ABSENT;
    private long scheme = Span.ABSENT;
    private long protocol = Span.ABSENT;
    private int requestLine = NO_LINE;
    private boolean connect;

    /// An empty one.
    public HttpRequestHead() {
        this(new HeaderLines());
    }

    private HttpRequestHead(HeaderLines lines) {
        this.lines = lines;
    }

    /// A copy that shares nothing, for who needs the head longer than it stands here.
    public HttpRequestHead copy() {
        var copy = new HttpRequestHead(lines.copy());
        copy.version = version;
        copy.method = method;
        copy.path = path;
        copy.authority = authority;
        copy.scheme = scheme;
        copy.protocol = protocol;
        copy.requestLine = requestLine;
        copy.connect = connect;
        return copy;
    }

    /// Forgets the request, for the next one.
    public void clear() {
        lines.clear();
        version = HttpVersion.HTTP_1_1;
        method = 0;
        path = 0;
        authority = Span.ABSENT;
        scheme = Span.ABSENT;
        protocol = Span.ABSENT;
        requestLine = NO_LINE;
        connect = false;
    }

    /// The request came by `spoken`.
    public void version(HttpVersion spoken) {
        version = spoken;
    }

    /// Where the method stands.
    public void method(long span) {
        method = span;
        connect = isMethod("CONNECT");
    }

    /// Where path and query stand.
    public void path(long span) {
        path = span;
    }

    /// Where the authority stands; [Span#ABSENT] without.
    public void authority(long span) {
        authority = span;
    }

    /// Where the scheme stands, `:scheme` of HTTP/2 or of an absolute target; [Span#ABSENT] without.
    public void scheme(long span) {
        scheme = span;
    }

    /// Where `:protocol` of an extended CONNECT stands (RFC 8441); [Span#ABSENT] without.
    public void protocol(long span) {
        protocol = span;
    }

    /// Where a request line of HTTP/1.1 begins that may be sent on as it is, directly before the first header line;
    /// [#NO_LINE] without.
    public void requestLine(int at) {
        requestLine = at;
    }

    /// Makes the path plain: dot segments resolved and unreserved octets decoded if `dots`, slashes in a row made one
    /// if `mergeSlashes`. From then on [#path] is the plain one.
    public void normalizePath(boolean dots, boolean mergeSlashes) {
        int start = Span.start(path);
        int end = Span.end(path);
        var bytes = lines.bytes();
        int query = start;
        while (query < end && bytes[query] != '?') {
            query++;
        }
        boolean wanted = dots || mergeSlashes;
        if (!wanted || start == end || !PathNormalizer.isSuspect(bytes, start, query)) {
            return;
        }
        int plain = PathNormalizer.normalize(bytes, start, query, dots, mergeSlashes);
        System.arraycopy(bytes, query, bytes, plain, end - query);
        path = Span.of(start, plain + end - query);
        requestLine = NO_LINE;
    }

    /// Whether the method is `name`; methods are compared with their case.
    public boolean isMethod(String name) {
        if (Span.length(method) != name.length()) {
            return false;
        }
        int start = Span.start(method);
        var bytes = lines.bytes();
        for (int i = 0; i < name.length(); i++) {
            if (bytes[start + i] != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /// The header lines.
    public HeaderLines lines() {
        return lines;
    }

    /// The version it came by.
    public HttpVersion version() {
        return version;
    }

    /// Whether the client speaks HTTP/1.0, which knows neither chunks nor interim responses.
    public boolean version10() {
        return version == HttpVersion.HTTP_1_0;
    }

    /// Whether the method is CONNECT. It has no path unless it is an extended one, with a [#protocol].
    public boolean connect() {
        return connect;
    }

    /// Whether there is a request line that can be sent on as it is.
    public boolean hasRequestLine() {
        return requestLine != NO_LINE;
    }

    /// Where the request line begins, if [#hasRequestLine].
    public int requestLine() {
        return requestLine;
    }

    /// How many bytes the head has.
    public int size() {
        return lines.length();
    }

    /// Whether the client waits for `100 Continue` before it sends the body.
    public boolean expectsContinue() {
        return isFirst(LineKind.EXPECT, "100-continue");
    }

    /// Which protocol the client wants its connection to change to, in lower case, `connect` for a CONNECT without one;
    /// empty when it wants none. An offer that comes with a body is none: the body would have to be read first.
    public String upgrade() {
        if (connect) {
            return Span.isPresent(protocol) ? text(protocol) : "connect";
        }
        boolean offers = lines.upgrade() && lines.has(LineKind.UPGRADE);
        return offers && !lines.chunked() && lines.contentLength() <= 0 ? text(lines.first(LineKind.UPGRADE)) : "";
    }

    private String text(long span) {
        return Span.text(lines.bytes(), span).toLowerCase(Locale.ROOT);
    }

    private boolean isFirst(int kind, String text) {
        long value = lines.first(kind);
        return Span.isPresent(value)
                && Octets.equalsIgnoreCase(lines.bytes(), Span.start(value), Span.end(value), text);
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

    /// The scheme; [Span#ABSENT] when the request does not say it.
    public long scheme() {
        return scheme;
    }

    /// `:protocol` of an extended CONNECT; [Span#ABSENT] without.
    public long protocol() {
        return protocol;
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
