package io.heddle.proxy.http;

import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.Span;
import io.heddle.traffic.runtime.HeadOptions;
import java.util.List;
import java.util.Locale;

/// A request's head over its bytes, whatever protocol it came by. One object per stream, filled anew for every request.
///
/// The reader of a protocol fills it: [#clear], then the version, where method, path and authority stand in the
/// bytes of [#lines], and the lines. What stands in bytes but in no line (a request line, pseudo-header fields)
/// stands before the first line.
public final class HttpRequestHead implements RequestHead {
    /// No request line that may be sent on.
    public static final int NO_LINE = -1;

    private static final int FRAMING = LineKind.bit(LineKind.CONTENT_LENGTH) | LineKind.bit(LineKind.TRANSFER_ENCODING);
    private static final int LARGEST_PORT = 65_535;

    private final HeaderLines lines;
    private HttpVersion version = HttpVersion.HTTP_1_1;
    private long method;
    private long path;
    private long authority = Span.ABSENT;
    private long scheme = Span.ABSENT;
    private long protocol = Span.ABSENT;
    private int requestLine = NO_LINE;
    private boolean connect;
    private HeadOptions.Scheme forcedScheme = HeadOptions.Scheme.RECEIVED;
    private boolean secure;

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
        copy.forcedScheme = forcedScheme;
        copy.secure = secure;
        return copy;
    }

    /// A copy that shares nothing, whose body has `length` bytes, or nobody knows how many for -1.
    ///
    /// @param continued whether the client was told to go on, so that the host need not be asked (`Expect`)
    public HttpRequestHead reframed(long length, boolean continued) {
        var copy = copy();
        int mask = FRAMING | (continued ? LineKind.bit(LineKind.EXPECT) : 0);
        for (int i = lines.count() - 1; i >= 0; i--) {
            if ((LineKind.bit(lines.kind(i)) & mask) != 0) {
                copy.removeLine(i);
            }
        }
        if (length >= 0) {
            var other = copy.lines;
            other.beginLine();
            other.append("content-length");
            other.separate();
            other.append(Long.toString(length));
            other.endLine();
        }
        return copy;
    }

    /// Where a request is sent instead.
    ///
    /// @param https whether over TLS
    /// @param asGet whether it becomes a GET without a body (RFC 9110, section 15.4.4)
    /// @param copied headers that come from the answer that sends it there, in place of its own
    public record Redirection(boolean https, String authority, String path, boolean asGet, List<HeaderName> copied) {
        public Redirection {
            copied = List.copyOf(copied);
        }
    }

    /// The head of the same request sent elsewhere, without its lines of names in `without`. It shares nothing with
    /// this one; `answer` sends it there.
    public HttpRequestHead redirected(Redirection where, List<HeaderName> without, HeaderLines answer) {
        var other = new HttpRequestHead();
        other.version = version;
        other.method = other.put(where.asGet() ? "GET" : Span.text(lines.bytes(), method));
        other.path = other.put(where.path());
        other.authority = other.put(where.authority());
        other.scheme = other.put(where.https() ? "https" : "http");
        other.forcedScheme = forcedScheme;
        other.secure = secure;
        int gone = LineKind.bit(LineKind.HOST) | (where.asGet() ? FRAMING | LineKind.bit(LineKind.EXPECT) : 0);
        for (int i = 0; i < lines.count(); i++) {
            boolean stays = (LineKind.bit(lines.kind(i)) & gone) == 0 && !isOneOf(without, lines, i);
            if (stays && !isOneOf(where.copied(), lines, i)) {
                other.lines.addLine(lines.kind(i), lines.bytes(), lines.name(i), lines.bytes(), lines.value(i));
            }
        }
        for (int i = 0; i < answer.count(); i++) {
            if (isOneOf(where.copied(), answer, i)) {
                other.lines.addLine(LineKind.OTHER, answer.bytes(), answer.name(i), answer.bytes(), answer.value(i));
            }
        }
        return other;
    }

    private long put(String text) {
        int start = lines.length();
        lines.appendSafe(text);
        return Span.of(start, lines.length());
    }

    private static boolean isOneOf(List<HeaderName> names, HeaderLines lines, int line) {
        long span = lines.name(line);
        for (var name : names) {
            if (name.matches(lines.bytes(), Span.start(span), Span.end(span))) {
                return true;
            }
        }
        return false;
    }

    /// Whether doing it twice is as doing it once (RFC 9110, section 9.2.2).
    public boolean isIdempotent() {
        return isMethod("GET")
                || isMethod("HEAD")
                || isMethod("PUT")
                || isMethod("DELETE")
                || isMethod("OPTIONS")
                || isMethod("TRACE");
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
        forcedScheme = HeadOptions.Scheme.RECEIVED;
        secure = false;
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

    /// Makes the path plain: dot segments resolved and unreserved octets decoded if `dots`, slashes in a
    /// row made one if `mergeSlashes`. From then on [#path] is the plain one. `false` when `dots` and the
    /// path has an escaped NUL: no path is plain with that.
    public boolean normalizePath(boolean dots, boolean mergeSlashes) {
        int start = Span.start(path);
        int end = Span.end(path);
        var bytes = lines.bytes();
        int query = pathEnd();
        boolean wanted = dots || mergeSlashes;
        if (!wanted || start == end || !PathNormalizer.isSuspect(bytes, start, query)) {
            return true;
        }
        if (dots && PathNormalizer.hasNull(bytes, start, query)) {
            return false;
        }
        int plain = PathNormalizer.normalize(bytes, start, query, dots, mergeSlashes);
        System.arraycopy(bytes, query, bytes, plain, end - query);
        path = Span.of(start, plain + end - query);
        requestLine = NO_LINE;
        return true;
    }

    /// Whether the path, without its query, has an escaped slash or backslash.
    public boolean hasEscapedSlashes() {
        return PathNormalizer.hasEscapedSlashes(lines.bytes(), Span.start(path), pathEnd());
    }

    /// Makes escaped slashes and backslashes of the path plain ones; whether there were any.
    public boolean unescapeSlashes() {
        int end = pathEnd();
        int plain = PathNormalizer.unescapeSlashes(lines.bytes(), Span.start(path), end);
        if (plain == end) {
            return false;
        }
        var bytes = lines.bytes();
        int query = Span.end(path) - end;
        System.arraycopy(bytes, end, bytes, plain, query);
        path = Span.of(Span.start(path), plain + query);
        requestLine = NO_LINE;
        return true;
    }

    private int pathEnd() {
        int at = Span.start(path);
        while (at < Span.end(path) && lines.bytes()[at] != '?') {
            at++;
        }
        return at;
    }

    /// Takes the port off the authority: `only` that one, or any when it is 0. A CONNECT keeps its port, which is
    /// what it asks for.
    public void stripPort(int only) {
        int colon = portColon();
        if (colon < 0 || connect || (only != 0 && port(colon) != only)) {
            return;
        }
        authority = Span.of(Span.start(authority), colon);
        requestLine = NO_LINE;
    }

    /// Takes one dot at the host's end off the authority; its port stays.
    public void stripTrailingDot() {
        if (!Span.isPresent(authority)) {
            return;
        }
        int colon = portColon();
        int end = colon < 0 ? Span.end(authority) : colon;
        var bytes = lines.bytes();
        if (end - Span.start(authority) < 2 || bytes[end - 1] != '.') {
            return;
        }
        System.arraycopy(bytes, end, bytes, end - 1, Span.end(authority) - end);
        authority = Span.of(Span.start(authority), Span.end(authority) - 1);
        requestLine = NO_LINE;
    }

    /// Where the colon before the authority's port is; -1 without a port.
    private int portColon() {
        if (!Span.isPresent(authority)) {
            return -1;
        }
        int at = Span.end(authority) - 1;
        var bytes = lines.bytes();
        while (at > Span.start(authority) && bytes[at] >= '0' && bytes[at] <= '9') {
            at--;
        }
        return at > Span.start(authority) && bytes[at] == ':' ? at : -1;
    }

    private int port(int colon) {
        int port = 0;
        for (int i = colon + 1; i < Span.end(authority) && port <= LARGEST_PORT; i++) {
            port = port * 10 + lines.bytes()[i] - '0';
        }
        return port;
    }

    /// Takes line `line` out, as if it had not been sent. Spans of later lines change.
    public void removeLine(int line) {
        int from = lines.lineStart(line);
        int size = lines.removeLine(line);
        if (Span.isPresent(authority) && Span.start(authority) > from) {
            authority = Span.of(Span.start(authority) - size, Span.end(authority) - size);
        }
    }

    /// The connection is TLS or not, and the scheme that is passed on is the client's or another.
    public void transport(boolean tls, HeadOptions.Scheme forced) {
        secure = tls;
        forcedScheme = forced;
    }

    /// Whether the scheme that is passed on is `https`: as configured, as the client said it, as `forwarded` (the
    /// value of `x-forwarded-proto`, [Span#ABSENT] without), or by the connection.
    public boolean passesHttps(long forwarded) {
        return switch (forcedScheme) {
            case HTTP -> false;
            case HTTPS -> true;
            case RECEIVED -> {
                long said = Span.isPresent(scheme) ? scheme : forwarded;
                yield Span.isPresent(said)
                        ? Octets.equalsIgnoreCase(lines.bytes(), Span.start(said), Span.end(said), "https")
                        : secure;
            }
        };
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

    /// Whether the client waits for `100 Continue` before it sends the body. One of HTTP/1.0 does not,
    /// whatever it says (RFC 9110, section 10.1.1).
    public boolean expectsContinue() {
        return !version10() && isFirst(LineKind.EXPECT, "100-continue");
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
