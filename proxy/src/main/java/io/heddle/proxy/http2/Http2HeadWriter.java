package io.heddle.proxy.http2;

import io.heddle.proxy.http.EditedLines;
import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.proxy.http.LineKind;
import io.heddle.proxy.http.Octets;
import io.heddle.proxy.http.OutgoingRequest;
import io.heddle.proxy.http2.hpack.HpackEncoder;
import io.heddle.traffic.request.Span;
import java.nio.charset.StandardCharsets;

/// Writes heads as fields: pseudo-header fields first, then the lines that are kept, then those that are added.
public final class Http2HeadWriter {
    private static final int NEVER = LineKind.bit(LineKind.HOST)
            | LineKind.bit(LineKind.TRANSFER_ENCODING)
            | LineKind.bit(LineKind.CONNECTION)
            | LineKind.bit(LineKind.UPGRADE);
    private static final int GET = 2;
    private static final int POST = 3;
    private static final int HTTP = 6;
    private static final int HTTPS = 7;
    private static final byte[] TEXT =
            ":method:authority:pathtetrailersCONNECT:protocol".getBytes(StandardCharsets.ISO_8859_1);
    private static final long METHOD = Span.of(0, 7);
    private static final long AUTHORITY = Span.of(7, 17);
    private static final long PATH = Span.of(17, 22);
    private static final long TE = Span.of(22, 24);
    private static final long TRAILERS = Span.of(24, 32);
    private static final long CONNECT = Span.of(32, 39);
    private static final long PROTOCOL = Span.of(39, 48);

    private Http2HeadWriter() {}

    /// Sends a request's head on `stream`. One that asks for another protocol becomes an extended CONNECT (RFC 8441).
    public static void request(Http2Stream stream, OutgoingRequest request) {
        var head = request.head();
        var bytes = head.bytes();
        var fields = stream.fields();
        boolean extended = !request.upgrade().isEmpty() && !head.connect();
        if (extended) {
            fields.field(TEXT, METHOD, TEXT, CONNECT);
        } else if (head.isMethod("GET")) {
            fields.indexed(GET);
        } else if (head.isMethod("POST")) {
            fields.indexed(POST);
        } else {
            fields.field(TEXT, METHOD, bytes, head.method());
        }
        var authority = request.newAuthority();
        if (!head.connect()) {
            scheme(fields, head);
        }
        if (authority.isPresent()) {
            text(fields, AUTHORITY, authority.get());
        } else {
            fields.field(TEXT, AUTHORITY, bytes, head.authority());
        }
        if (!head.connect()) {
            path(fields, request);
        }
        if (extended) {
            text(fields, PROTOCOL, request.upgrade());
        }
        lines(fields, request.lines());
        if (wantsTrailers(head.lines())) {
            fields.field(TEXT, TE, TEXT, TRAILERS);
        }
        stream.bodiless = head.isMethod("HEAD");
        stream.head(request.complete());
    }

    private static void path(HpackEncoder fields, OutgoingRequest request) {
        var path = request.newPath();
        if (path.isPresent()) {
            text(fields, PATH, path.get());
        } else {
            fields.field(TEXT, PATH, request.head().bytes(), request.head().path());
        }
    }

    /// The scheme that is configured, else the one that the client said, else the one that proxies before us saw.
    private static void scheme(HpackEncoder fields, HttpRequestHead head) {
        fields.indexed(head.passesHttps(head.lines().first(LineKind.FORWARDED_PROTO)) ? HTTPS : HTTP);
    }

    /// Sends an answer's head on `stream`; `complete` when nothing follows it.
    public static void response(Http2Stream stream, int status, EditedLines lines, boolean complete) {
        answer(stream, status, lines);
        stream.head(complete);
    }

    /// Sends an interim answer on `stream`.
    public static void interim(Http2Stream stream, int status, EditedLines lines) {
        answer(stream, status, lines);
        stream.interim();
    }

    private static void answer(Http2Stream stream, int status, EditedLines lines) {
        var fields = stream.fields();
        fields.status(status);
        lines(fields, lines);
    }

    private static void lines(HpackEncoder fields, EditedLines lines) {
        var received = lines.received();
        boolean all = lines.keepsAll();
        for (int i = 0; i < received.count(); i++) {
            boolean kept = ((NEVER >>> received.kind(i)) & 1) == 0 && (all || lines.keeps(i));
            if (kept) {
                fields.field(received.bytes(), received.name(i), received.bytes(), received.value(i));
            }
        }
        var added = lines.added();
        for (int i = 0; i < added.count(); i++) {
            if (((NEVER >>> added.kind(i)) & 1) == 0) {
                fields.field(added.bytes(), added.name(i), added.bytes(), added.value(i));
            }
        }
    }

    private static boolean wantsTrailers(HeaderLines lines) {
        long te = lines.first(LineKind.TE);
        if (!Span.isPresent(te)) {
            return false;
        }
        var bytes = lines.bytes();
        for (int at = Span.start(te); at < Span.end(te); at++) {
            if (Octets.startsWithIgnoreCase(bytes, at, Span.end(te), "trailers")) {
                return true;
            }
        }
        return false;
    }

    /// Adds a field with a value from a configuration.
    private static void text(HpackEncoder fields, long name, String value) {
        var lines = new HeaderLines();
        lines.appendSafe(value);
        fields.field(TEXT, name, lines.bytes(), Span.of(0, lines.length()));
    }
}
