package io.heddle.proxy.http2;

import io.heddle.proxy.http.HeadResult;
import io.heddle.proxy.http.HeaderLines;
import io.heddle.traffic.request.Span;
import io.heddle.traffic.runtime.Http2Options;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One end of a connection without a socket: what it sends is kept, what it hears is written down.
final class Wire implements Http2Transport, Http2Owner {
    static final Http2HeadLimits LIMITS = new Http2HeadLimits(Http2Options.DEFAULT, 16 * 1024, 100);

    final List<String> events = new ArrayList<>();
    final List<Http2Stream> streams = new ArrayList<>();
    final ByteBuf sent = Unpooled.buffer();
    final Http2Connection connection;
    private final ByteBuf written = Unpooled.buffer();
    boolean writable = true;
    boolean closed;
    boolean flushDue;
    int flushes;
    long bodyBytes;
    long now;

    private Wire(boolean server, Http2HeadLimits limits) {
        connection = server ? Http2Connection.server(this, this, limits) : Http2Connection.client(this, this, limits);
    }

    static Wire server() {
        return new Wire(true, LIMITS);
    }

    static Wire server(Http2HeadLimits limits) {
        return new Wire(true, limits);
    }

    static Wire client() {
        return new Wire(false, LIMITS);
    }

    /// Carries what both have to say until neither has more.
    static void talk(Wire one, Wire other) {
        boolean more = true;
        while (more) {
            boolean there = one.turn(other);
            more = other.turn(one) || there;
        }
    }

    /// The end of a turn of the event loop; whether anything was carried.
    boolean turn(Wire to) {
        if (flushDue) {
            flushDue = false;
            connection.flush();
        }
        if (!sent.isReadable()) {
            return false;
        }
        var bytes = sent.readBytes(sent.readableBytes());
        sent.discardReadBytes();
        to.connection.read(bytes);
        bytes.release();
        return true;
    }

    /// What was sent since, as text: one line a frame.
    List<String> frames() {
        if (flushDue) {
            flushDue = false;
            connection.flush();
        }
        var lines = new ArrayList<String>();
        while (sent.isReadable()) {
            lines.add(frame(sent));
        }
        return lines;
    }

    private static String frame(ByteBuf in) {
        int length = in.readUnsignedMedium();
        int type = in.readUnsignedByte();
        int flags = in.readUnsignedByte();
        int stream = in.readInt();
        var payload = in.readSlice(length);
        return switch (type) {
            case Frames.DATA -> "DATA " + stream + " " + flags + " " + payload.toString(StandardCharsets.ISO_8859_1);
            case Frames.HEADERS -> "HEADERS " + stream + " " + flags;
            case Frames.CONTINUATION -> "CONTINUATION " + stream + " " + flags;
            case Frames.RST_STREAM -> "RST_STREAM " + stream + " " + Http2Error.of(payload.readInt());
            case Frames.SETTINGS -> "SETTINGS " + flags;
            case Frames.PING -> "PING " + flags + " " + Long.toHexString(payload.readLong());
            case Frames.GOAWAY -> "GOAWAY " + payload.readInt() + " " + Http2Error.of(payload.readInt());
            case Frames.WINDOW_UPDATE -> "WINDOW_UPDATE " + stream + " " + payload.readInt();
            default -> "FRAME " + type;
        };
    }

    @Override
    public ByteBuf buffer(int capacity) {
        return Unpooled.buffer(capacity);
    }

    @Override
    public void write(ByteBuf bytes) {
        written.writeBytes(bytes);
        bytes.release();
    }

    @Override
    public void flush() {
        flushes++;
        sent.writeBytes(written);
        written.clear();
    }

    @Override
    public boolean isWritable() {
        return writable;
    }

    @Override
    public void flushSoon() {
        flushDue = true;
    }

    @Override
    public void close() {
        closed = true;
        events.add("closed");
    }

    @Override
    public long now() {
        return now;
    }

    @Override
    public Http2StreamListener listener(Http2Stream stream) {
        var ear = new Ear();
        ear.stream = stream;
        return ear;
    }

    /// Opens a stream with a request of these fields.
    Http2Stream request(boolean complete, String... fields) {
        var ear = new Ear();
        var stream = connection.open(ear);
        ear.stream = stream;
        fields(stream, fields);
        stream.head(complete);
        return stream;
    }

    static void fields(Http2Stream stream, String... fields) {
        var encoder = stream.fields();
        for (var field : fields) {
            int colon = field.indexOf(": ");
            var bytes = field.getBytes(StandardCharsets.ISO_8859_1);
            encoder.field(bytes, Span.of(0, colon), bytes, Span.of(colon + 2, bytes.length));
        }
    }

    static HeaderLines lines(String... fields) {
        var lines = new HeaderLines();
        for (var field : fields) {
            int colon = field.indexOf(": ");
            lines.beginLine();
            lines.append(field.substring(0, colon));
            lines.endName();
            lines.append(field.substring(colon + 2));
            lines.endLine();
        }
        return lines;
    }

    static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
    }

    @Override
    public void settled() {}

    @Override
    public void goingAway() {
        events.add("going away");
    }

    @Override
    public void streamClosed() {}

    @Override
    public void discarded(Http2StreamListener listener) {}

    @Override
    public void failed(Http2Error error, String reason) {
        events.add("failed " + error + " " + reason);
    }

    @Override
    public void flooded(Flood flood) {
        events.add("flooded " + flood);
    }

    private final class Ear implements Http2StreamListener {
        private @Nullable Http2Stream stream;

        private Http2Stream stream() {
            return Objects.requireNonNull(stream);
        }

        @Override
        public void head(boolean complete) {
            streams.add(stream());
            events.add(stream().id()
                    + (connection.server() ? requestText() : responseText())
                    + (complete ? " complete" : ""));
        }

        private String requestText() {
            var head = stream().request();
            var text = new StringBuilder(" ")
                    .append(Span.text(head.bytes(), head.method()))
                    .append(' ')
                    .append(Span.text(head.bytes(), head.path()));
            lines(text, head.lines());
            return text.toString();
        }

        private String responseText() {
            var text = new StringBuilder(" ").append(stream().response().status());
            lines(text, stream().response().lines());
            return text.toString();
        }

        private static void lines(StringBuilder text, HeaderLines lines) {
            for (int i = 0; i < lines.count(); i++) {
                text.append(" [")
                        .append(Span.text(lines.bytes(), lines.name(i)))
                        .append(": ")
                        .append(Span.text(lines.bytes(), lines.value(i)))
                        .append(']');
            }
        }

        @Override
        public void refused(HeadResult result) {
            streams.add(stream());
            events.add(stream().id() + " refused " + result.status());
        }

        @Override
        public void interim() {
            events.add(stream().id() + " interim" + responseText());
        }

        @Override
        public void data(ByteBuf piece) {
            bodyBytes += piece.readableBytes();
            if (piece.readableBytes() < 100) {
                events.add(stream().id() + " data " + piece.toString(StandardCharsets.ISO_8859_1));
            }
            piece.release();
        }

        @Override
        public void end(HeaderLines trailers) {
            var text = new StringBuilder().append(stream().id()).append(" end");
            lines(text, trailers);
            events.add(text.toString());
        }

        @Override
        public void reset(Http2Error error, boolean processed) {
            events.add(stream().id() + " reset " + error + (processed ? "" : " unprocessed"));
            stream().release();
        }

        @Override
        public void writable() {
            events.add(stream().id() + " writable");
        }
    }
}
