package io.heddle.proxy.http2;

import io.heddle.proxy.http2.hpack.HpackEncoder;
import io.heddle.traffic.request.Span;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/// Bytes of frames as a peer would send them, good or bad.
final class RawFrames {
    final ByteBuf bytes = Unpooled.buffer();
    private final HpackEncoder encoder = new HpackEncoder();

    /// The client's preface and empty settings.
    static RawFrames client() {
        var frames = new RawFrames();
        Frames.writePreface(frames.bytes);
        return frames.frame(Frames.SETTINGS, 0, 0);
    }

    RawFrames frame(int type, int flags, int stream, int... payload) {
        Frames.writeHeader(bytes, payload.length, type, flags, stream);
        for (int octet : payload) {
            bytes.writeByte(octet);
        }
        return this;
    }

    RawFrames data(int flags, int stream, String text) {
        Frames.writeHeader(bytes, text.length(), Frames.DATA, flags, stream);
        bytes.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    RawFrames headers(int flags, int stream, String... fields) {
        encode(fields);
        Frames.writeHeader(bytes, encoder.length(), Frames.HEADERS, flags, stream);
        bytes.writeBytes(encoder.bytes(), 0, encoder.length());
        return this;
    }

    private void encode(String... fields) {
        encoder.begin();
        for (var field : fields) {
            int colon = field.indexOf(": ");
            var text = field.getBytes(StandardCharsets.ISO_8859_1);
            literal(text, colon);
        }
    }

    /// As it is, with the name's case.
    private void literal(byte[] text, int colon) {
        encoder.raw(text, Span.of(0, colon), text, Span.of(colon + 2, text.length));
    }

    RawFrames get(int stream) {
        return headers(5, stream, ":method: GET", ":scheme: http", ":path: /", ":authority: a.example");
    }

    RawFrames post(int stream, String... more) {
        var fields = new String[4 + more.length];
        System.arraycopy(new String[] {":method: POST", ":scheme: http", ":path: /", ":authority: a"}, 0, fields, 0, 4);
        System.arraycopy(more, 0, fields, 4, more.length);
        return headers(4, stream, fields);
    }
}
