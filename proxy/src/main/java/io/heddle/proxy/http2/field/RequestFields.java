package io.heddle.proxy.http2.field;

import io.heddle.proxy.http.Authority;
import io.heddle.proxy.http.HeadResult;
import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.proxy.http.HttpVersion;
import io.heddle.proxy.http.LineKind;
import io.heddle.proxy.http.Octets;
import io.heddle.proxy.http2.hpack.FieldKind;
import io.heddle.proxy.http2.hpack.FieldSink;
import io.heddle.traffic.request.Span;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Makes a request's head of the fields of a header block, by the rules of RFC 9113, section 8.3.1.
///
/// The head looks like that of the same request by HTTP/1.1: a request line, then `host` and the other lines. So it
/// is matched alike, and goes to an HTTP/1.1 upstream as one copy. An extended CONNECT (RFC 8441) is the GET with
/// `upgrade` that it stands for. Crumbs of `cookie` become one line (section 8.2.3). One object per connection, as
/// blocks come one after the other.
public final class RequestFields implements FieldSink {
    private static final byte[] NAMES = "host cookie connection upgrade GET".getBytes(StandardCharsets.ISO_8859_1);
    private static final long HOST = Span.of(0, 4);
    private static final long COOKIE = Span.of(5, 11);
    private static final long CONNECTION = Span.of(12, 22);
    private static final long UPGRADE = Span.of(23, 30);
    private static final long GET = Span.of(31, 34);

    private final int maxLines;
    private final boolean extendedConnect;
    private final long[] pseudo = new long[FieldKind.STATUS + 1];
    private byte[] text = new byte[256];
    private int textEnd;
    private byte[] cookie = {};
    private int cookieEnd;
    private @Nullable HttpRequestHead head;
    private HeadResult fault = HeadResult.MORE;
    private boolean assembled;

    /// For heads of at most `maxLines` lines; `extendedConnect` lets `:protocol` pass (RFC 8441).
    public RequestFields(int maxLines, boolean extendedConnect) {
        this.maxLines = maxLines;
        this.extendedConnect = extendedConnect;
    }

    /// The fields to come are those of `into`, which is empty.
    public void begin(HttpRequestHead into) {
        head = into;
        into.clear();
        into.version(HttpVersion.HTTP_2);
        Arrays.fill(pseudo, Span.ABSENT);
        textEnd = 0;
        cookieEnd = 0;
        fault = HeadResult.MORE;
        assembled = false;
    }

    /// All fields were handed on: [HeadResult#DONE], or what is wrong with them.
    public HeadResult complete() {
        var request = head();
        if (!assembled) {
            assemble(request);
        }
        if (cookieEnd > 0) {
            fail(request.lines().addLine(LineKind.OTHER, NAMES, COOKIE, cookie, Span.of(0, cookieEnd)));
        }
        if (!Span.isPresent(request.authority())) {
            authorityOfHost(request);
        }
        var result = fault == HeadResult.MORE ? HeadResult.DONE : fault;
        head = null;
        return result;
    }

    private void authorityOfHost(HttpRequestHead request) {
        long host = request.lines().first(LineKind.HOST);
        if (!Span.isPresent(host)) {
            fail(HeadResult.HOST_MISSING);
        } else if (!Authority.isValid(request.bytes(), Span.start(host), Span.end(host))) {
            fail(HeadResult.HOST_INVALID);
        } else {
            request.authority(host);
        }
    }

    private HttpRequestHead head() {
        if (head == null) {
            throw new IllegalStateException("no head was begun");
        }
        return head;
    }

    /// Keeps the first fault; [HeadResult#MORE] is none.
    private void fail(HeadResult result) {
        if (fault == HeadResult.MORE) {
            fault = result;
        }
    }

    @Override
    public void field(int kind, byte[] nameBytes, long name, byte[] valueBytes, long value) {
        if (fault != HeadResult.MORE) {
            return;
        }
        if (FieldKind.isPseudo(kind)) {
            pseudo(kind, valueBytes, value);
            return;
        }
        var request = head();
        if (!assembled) {
            assemble(request);
        }
        fail(FieldRules.check(kind, nameBytes, name, valueBytes, value));
        if (fault == HeadResult.MORE && !isHandled(kind, nameBytes, name, valueBytes, value)) {
            var lines = request.lines();
            fail(
                    lines.count() < maxLines
                            ? lines.addLine(kind, nameBytes, name, valueBytes, value)
                            : HeadResult.TOO_MANY_HEADERS);
        }
    }

    /// Whether the field is no line of its own: a crumb of the cookie, or a `host` that says what `:authority` said.
    private boolean isHandled(int kind, byte[] nameBytes, long name, byte[] valueBytes, long value) {
        if (kind == LineKind.HOST && Span.isPresent(pseudo[FieldKind.AUTHORITY])) {
            fail(same(pseudo[FieldKind.AUTHORITY], valueBytes, value) ? HeadResult.MORE : HeadResult.HOST_DUPLICATE);
            return true;
        }
        if (FieldRules.isCookie(kind, nameBytes, name)) {
            crumb(valueBytes, value);
            return true;
        }
        return false;
    }

    private void pseudo(int kind, byte[] valueBytes, long value) {
        boolean known = kind != FieldKind.UNKNOWN_PSEUDO && kind != FieldKind.STATUS;
        if (assembled || !known || Span.isPresent(pseudo[kind]) || Span.length(value) == 0) {
            fail(HeadResult.PSEUDO_INVALID);
            return;
        }
        int size = Span.length(value);
        if (textEnd + size > text.length) {
            text = Arrays.copyOf(text, Math.max(textEnd + size, text.length * 2));
        }
        System.arraycopy(valueBytes, Span.start(value), text, textEnd, size);
        pseudo[kind] = Span.of(textEnd, textEnd + size);
        textEnd += size;
    }

    private boolean same(long span, byte[] other, long range) {
        return Arrays.equals(text, Span.start(span), Span.end(span), other, Span.start(range), Span.end(range));
    }

    private void crumb(byte[] valueBytes, long value) {
        int size = Span.length(value);
        if (cookieEnd + size + 2 > cookie.length) {
            cookie = Arrays.copyOf(cookie, Math.max(cookieEnd + size + 2, cookie.length * 2));
        }
        if (cookieEnd > 0) {
            cookie[cookieEnd++] = ';';
            cookie[cookieEnd++] = ' ';
        }
        System.arraycopy(valueBytes, Span.start(value), cookie, cookieEnd, size);
        cookieEnd += size;
    }

    /// Every pseudo-header field has come: the request line and `host`.
    private void assemble(HttpRequestHead request) {
        assembled = true;
        if (!isMethod() || !isTarget()) {
            fail(HeadResult.PSEUDO_INVALID);
            return;
        }
        var lines = request.lines();
        if (Span.isPresent(pseudo[FieldKind.SCHEME])) {
            request.scheme(append(lines, pseudo[FieldKind.SCHEME]));
        }
        long protocol = pseudo[FieldKind.PROTOCOL];
        int start = lines.length();
        if (Span.isPresent(protocol)) {
            lines.append(NAMES, Span.start(GET), Span.end(GET));
        } else {
            append(lines, pseudo[FieldKind.METHOD]);
        }
        request.method(Span.of(start, lines.length()));
        lines.append(" ");
        long path = pseudo[FieldKind.PATH];
        request.path(Span.isPresent(path) ? append(lines, path) : Span.of(lines.length(), lines.length()));
        lines.append(" HTTP/1.1\r\n");
        lines.end(lines.length());
        long authority = pseudo[FieldKind.AUTHORITY];
        if (Span.isPresent(authority)) {
            fail(lines.addLine(LineKind.HOST, NAMES, HOST, text, authority));
            request.authority(lines.value(0));
        }
        if (Span.isPresent(protocol)) {
            fail(lines.addLine(LineKind.CONNECTION, NAMES, CONNECTION, NAMES, UPGRADE));
            fail(lines.addLine(LineKind.UPGRADE, NAMES, UPGRADE, text, protocol));
        }
        if (!request.connect()) {
            request.requestLine(start);
        }
    }

    private long append(HeaderLines lines, long span) {
        int start = lines.length();
        lines.append(text, Span.start(span), Span.end(span));
        return Span.of(start, lines.length());
    }

    private boolean isMethod() {
        long method = pseudo[FieldKind.METHOD];
        return Span.isPresent(method) && isTokens(method);
    }

    private boolean isTokens(long span) {
        for (int i = Span.start(span); i < Span.end(span); i++) {
            if (!Octets.isToken(text[i])) {
                return false;
            }
        }
        return true;
    }

    private boolean isTarget() {
        long authority = pseudo[FieldKind.AUTHORITY];
        boolean named = Span.isPresent(authority);
        if (named && !Authority.isValid(text, Span.start(authority), Span.end(authority))) {
            return false;
        }
        boolean connect = is(pseudo[FieldKind.METHOD], "CONNECT");
        boolean extended = Span.isPresent(pseudo[FieldKind.PROTOCOL]);
        boolean hasScheme = Span.isPresent(pseudo[FieldKind.SCHEME]);
        boolean hasPath = Span.isPresent(pseudo[FieldKind.PATH]);
        if (connect && !extended) {
            return named && hasPort(authority) && !hasScheme && !hasPath;
        }
        if (extended && !(connect && named && extendedConnect && isTokens(pseudo[FieldKind.PROTOCOL]))) {
            return false;
        }
        return hasScheme && hasPath && isTokens(pseudo[FieldKind.SCHEME]) && isPath();
    }

    private boolean hasPort(long span) {
        return Authority.hasPort(text, Span.start(span), Span.end(span));
    }

    private boolean isPath() {
        long path = pseudo[FieldKind.PATH];
        for (int i = Span.start(path); i < Span.end(path); i++) {
            if (!Octets.isTarget(text[i])) {
                return false;
            }
        }
        return text[Span.start(path)] == '/' || (is(path, "*") && is(pseudo[FieldKind.METHOD], "OPTIONS"));
    }

    private boolean is(long span, String word) {
        if (Span.length(span) != word.length()) {
            return false;
        }
        for (int i = 0; i < word.length(); i++) {
            if (text[Span.start(span) + i] != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
