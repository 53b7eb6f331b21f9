package io.heddle.proxy.admin;

import io.heddle.proxy.admin.Page.Answer;
import io.heddle.proxy.http.HeadResult;
import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.proxy.http.LineKind;
import io.heddle.proxy.http1.BodyReader;
import io.heddle.proxy.http1.Http1RequestReader;
import io.heddle.proxy.http1.Reasons;
import io.heddle.traffic.request.Span;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;

/// One connection of a [PageServer], read and written by a virtual thread of its own: HTTP/1, one request after the
/// other, by the same readers as on the proxy's listeners.
///
/// A request may have a head of 32 KiB and a body of 64 KiB, which no page looks at; it has ten seconds to come, and
/// half a minute to begin.
final class PageConnection {
    private static final int MAX_HEAD = 32 * 1024;
    private static final int MAX_LINES = 100;
    private static final int MAX_BODY = 64 * 1024;
    private static final int MAX_UNREAD = 1024 * 1024;
    private static final int PIECE = 8 * 1024;
    private static final Duration IDLE = Duration.ofSeconds(30);
    private static final Duration REQUEST = Duration.ofSeconds(10);

    /// A request, as far as pages can depend on it.
    ///
    /// @param method as it came
    /// @param query the page, and what is asked of it
    /// @param host whom it is addressed to, with the port
    /// @param fromWebPage whether a web page sent it: it names its `Origin`
    record Request(String method, PageQuery query, String host, boolean fromWebPage) {
        static Request of(HttpRequestHead head) {
            boolean fromWebPage = false;
            for (int i = 0; i < head.lines().count(); i++) {
                boolean other = head.lines().kind(i) == LineKind.OTHER;
                fromWebPage |= other && text(head, head.lines().name(i)).equalsIgnoreCase("origin");
            }
            return new Request(
                    text(head, head.method()),
                    PageQuery.of(text(head, head.path())),
                    Span.isPresent(head.authority()) ? text(head, head.authority()) : "",
                    fromWebPage);
        }

        private static String text(HttpRequestHead head, long span) {
            return Span.text(head.bytes(), span);
        }
    }

    /// Answers requests.
    interface Pages {
        /// The answer to `request`; what is wrong with it is an answer, too.
        Answer answer(Request request);
    }

    private final Socket socket;
    private final Pages pages;
    private final Http1RequestReader reader = new Http1RequestReader(MAX_HEAD, MAX_LINES);
    private final ByteBuf in = Unpooled.buffer(PIECE);
    private long bodyBytes;

    PageConnection(Socket socket, Pages pages) {
        this.socket = socket;
        this.pages = pages;
    }

    /// Answers what comes until the client, a fault or the time ends it.
    void serve() throws IOException {
        boolean going = true;
        while (going) {
            reader.clear();
            going = next();
        }
    }

    /// Reads and answers a request; whether another one may follow.
    private boolean next() throws IOException {
        if (!in.isReadable() && !fill(IDLE.toMillis())) {
            return false;
        }
        long end = System.nanoTime() + REQUEST.toNanos();
        var result = reader.read(in);
        while (result == HeadResult.MORE) {
            if (!fill(left(end))) {
                return false;
            }
            result = reader.read(in);
        }
        if (result.isFault()) {
            write(Answer.text(result.status(), result.reason() + "\n"), false, true);
            leave(end);
            return false;
        }
        var request = Request.of(reader.head());
        boolean whole = body(end);
        boolean last = !whole || reader.wantsClose();
        write(pages.answer(request), request.method().equals("HEAD"), last);
        if (!whole) {
            leave(end);
        }
        return !last;
    }

    /// Lets the client read the answer though it has sent more than was read: a reset would destroy it.
    private void leave(long end) throws IOException {
        socket.shutdownOutput();
        long more = 0;
        while (more < MAX_UNREAD && fill(left(end))) {
            more += in.readableBytes();
        }
    }

    /// Reads the body of a request and forgets it; whether all of it has come.
    private boolean body(long end) throws IOException {
        var lines = reader.head().lines();
        if (reader.head().expectsContinue() || lines.contentLength() > MAX_BODY) {
            return false; // The answer says that none is wanted.
        }
        var body = new BodyReader();
        body.none();
        if (lines.chunked()) {
            body.chunked();
        } else if (lines.contentLength() > 0) {
            body.length(lines.contentLength());
        }
        bodyBytes = 0;
        while (!body.complete()) {
            boolean good = (in.isReadable() || fill(left(end))) && body.read(in, this::forget);
            if (!good || bodyBytes > MAX_BODY) {
                return false;
            }
        }
        return true;
    }

    private void forget(ByteBuf piece) {
        bodyBytes += piece.readableBytes();
        piece.release();
    }

    private static long left(long end) {
        return Math.max(1, Duration.ofNanos(end - System.nanoTime()).toMillis());
    }

    /// Waits for bytes; false at the end of them. Late ones end the connection as a broken one does.
    private boolean fill(long millis) throws IOException {
        socket.setSoTimeout((int) millis);
        in.clear();
        return in.writeBytes(socket.getInputStream(), PIECE) > 0;
    }

    private void write(Answer answer, boolean headAlone, boolean last) throws IOException {
        var body = answer.body().getBytes(StandardCharsets.UTF_8);
        var head = "HTTP/1.1 " + answer.status() + " " + Reasons.of(answer.status()) + "\r\n"
                + "date: " + DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC)) + "\r\n"
                + "content-type: " + answer.type() + "\r\n"
                + "content-length: " + body.length + "\r\n"
                + "cache-control: no-store\r\n"
                + "x-content-type-options: nosniff\r\n"
                + (last ? "connection: close\r\n" : "")
                + "\r\n";
        var out = Unpooled.buffer(head.length() + body.length);
        ByteBufUtil.writeAscii(out, head);
        if (!headAlone) {
            out.writeBytes(body);
        }
        socket.getOutputStream().write(out.array(), out.arrayOffset(), out.readableBytes());
    }
}
