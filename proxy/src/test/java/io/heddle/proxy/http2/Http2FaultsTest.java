package io.heddle.proxy.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What a peer may not do, and with which code it ends (RFC 9113).
class Http2FaultsTest {
    private static Arguments row(String what, RawFrames frames, String answer) {
        return Arguments.of(what, frames, answer);
    }

    static List<Arguments> connectionFaults() {
        var headersThenData = RawFrames.client();
        headersThenData.headers(0, 1, ":method: GET");
        return List.of(
                row("no settings first", preface().frame(Frames.PING, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), "PROTOCOL_ERROR"),
                row("data first", preface().data(0, 1, "x"), "PROTOCOL_ERROR"),
                row("DATA on stream 0", RawFrames.client().data(0, 0, "x"), "PROTOCOL_ERROR"),
                row("DATA on an idle stream", RawFrames.client().data(0, 1, "x"), "PROTOCOL_ERROR"),
                row("HEADERS on stream 0", RawFrames.client().get(0), "PROTOCOL_ERROR"),
                row("an even stream", RawFrames.client().get(2), "PROTOCOL_ERROR"),
                row("a lower stream", RawFrames.client().get(5).get(3), "STREAM_CLOSED"),
                row("a block cut by data", headersThenData.data(0, 1, "x"), "PROTOCOL_ERROR"),
                row("CONTINUATION alone", RawFrames.client().frame(Frames.CONTINUATION, 4, 1), "PROTOCOL_ERROR"),
                row(
                        "PRIORITY on stream 0",
                        RawFrames.client().frame(Frames.PRIORITY, 0, 0, 0, 0, 0, 1, 1),
                        "PROTOCOL_ERROR"),
                row(
                        "RST_STREAM on stream 0",
                        RawFrames.client().frame(Frames.RST_STREAM, 0, 0, 0, 0, 0, 0),
                        "PROTOCOL_ERROR"),
                row(
                        "RST_STREAM on an idle stream",
                        RawFrames.client().frame(Frames.RST_STREAM, 0, 1, 0, 0, 0, 0),
                        "PROTOCOL_ERROR"),
                row(
                        "a short RST_STREAM",
                        RawFrames.client().post(1).frame(Frames.RST_STREAM, 0, 1, 0, 0, 0),
                        "FRAME_SIZE_ERROR"),
                row("SETTINGS on a stream", RawFrames.client().frame(Frames.SETTINGS, 0, 1), "PROTOCOL_ERROR"),
                row("SETTINGS cut off", RawFrames.client().frame(Frames.SETTINGS, 0, 0, 1), "FRAME_SIZE_ERROR"),
                row(
                        "an acknowledgement with content",
                        RawFrames.client().frame(Frames.SETTINGS, 1, 0, 0),
                        "FRAME_SIZE_ERROR"),
                row("ENABLE_PUSH of 2", setting(2, 0, 0, 0, 2), "PROTOCOL_ERROR"),
                row("a window above 2^31-1", setting(4, 0x80, 0, 0, 0), "FLOW_CONTROL_ERROR"),
                row("a frame size too small", setting(5, 0, 0, 0x3f, 0xff), "PROTOCOL_ERROR"),
                row("a frame size too large", setting(5, 1, 0, 0, 0), "PROTOCOL_ERROR"),
                row("extended CONNECT of 2", setting(8, 0, 0, 0, 2), "PROTOCOL_ERROR"),
                row("PUSH_PROMISE", RawFrames.client().frame(Frames.PUSH_PROMISE, 4, 1, 0, 0, 0, 2), "PROTOCOL_ERROR"),
                row(
                        "PING on a stream",
                        RawFrames.client().frame(Frames.PING, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0),
                        "PROTOCOL_ERROR"),
                row("a short PING", RawFrames.client().frame(Frames.PING, 0, 0, 0), "FRAME_SIZE_ERROR"),
                row(
                        "GOAWAY on a stream",
                        RawFrames.client().frame(Frames.GOAWAY, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0),
                        "PROTOCOL_ERROR"),
                row("a short GOAWAY", RawFrames.client().frame(Frames.GOAWAY, 0, 0, 0), "FRAME_SIZE_ERROR"),
                row(
                        "a short WINDOW_UPDATE",
                        RawFrames.client().frame(Frames.WINDOW_UPDATE, 0, 0, 0),
                        "FRAME_SIZE_ERROR"),
                row(
                        "a window that grows by nothing",
                        RawFrames.client().frame(Frames.WINDOW_UPDATE, 0, 0, 0, 0, 0, 0),
                        "PROTOCOL_ERROR"),
                row(
                        "the connection's window overflows",
                        RawFrames.client().frame(Frames.WINDOW_UPDATE, 0, 0, 0x7f, 0xff, 0xff, 0xff),
                        "FLOW_CONTROL_ERROR"),
                row(
                        "WINDOW_UPDATE on an idle stream",
                        RawFrames.client().frame(Frames.WINDOW_UPDATE, 0, 1, 0, 0, 0, 1),
                        "PROTOCOL_ERROR"),
                row(
                        "a block that cannot be decoded",
                        RawFrames.client().frame(Frames.HEADERS, 5, 1, 0x80),
                        "COMPRESSION_ERROR"),
                row(
                        "padding longer than DATA",
                        RawFrames.client().post(1).frame(Frames.DATA, 8, 1, 5, 0),
                        "PROTOCOL_ERROR"),
                row(
                        "padding longer than HEADERS",
                        RawFrames.client().frame(Frames.HEADERS, 12, 1, 5, 0x82),
                        "PROTOCOL_ERROR"),
                row("no pad length", RawFrames.client().post(1).frame(Frames.DATA, 8, 1), "FRAME_SIZE_ERROR"),
                row("an unknown frame in a block", headersThen().frame(0x20, 0, 1), "PROTOCOL_ERROR"));
    }

    private static RawFrames headersThen() {
        return RawFrames.client().headers(0, 1, ":method: GET");
    }

    private static RawFrames preface() {
        var frames = new RawFrames();
        Frames.writePreface(frames.bytes);
        return frames;
    }

    private static RawFrames setting(int id, int... value) {
        return RawFrames.client().frame(Frames.SETTINGS, 0, 0, 0, id, value[0], value[1], value[2], value[3]);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("connectionFaults")
    void ends_the_connection(String what, RawFrames frames, String code) {
        var server = Wire.server();
        server.connection.read(frames.bytes);
        assertThat(server.frames())
                .as(what)
                .last()
                .asString()
                .startsWith("GOAWAY")
                .endsWith(code);
        assertThat(server.closed).isTrue();
    }

    static List<Arguments> streamFaults() {
        return List.of(
                row("data after the end", RawFrames.client().get(1).data(0, 1, "x"), "STREAM_CLOSED"),
                row("a second head", RawFrames.client().get(1).get(1), "STREAM_CLOSED"),
                row("trailers without the end", RawFrames.client().post(1).headers(4, 1, "x: y"), "PROTOCOL_ERROR"),
                row(
                        "trailers with a pseudo-header field",
                        RawFrames.client().post(1).headers(5, 1, ":path: /"),
                        "PROTOCOL_ERROR"),
                row(
                        "a stream's window overflows",
                        RawFrames.client().post(1).frame(Frames.WINDOW_UPDATE, 0, 1, 0x7f, 0xff, 0xff, 0xff),
                        "FLOW_CONTROL_ERROR"),
                row(
                        "a stream's window grows by nothing",
                        RawFrames.client().post(1).frame(Frames.WINDOW_UPDATE, 0, 1, 0, 0, 0, 0),
                        "PROTOCOL_ERROR"),
                row("a short PRIORITY", RawFrames.client().post(1).frame(Frames.PRIORITY, 0, 1, 0), "FRAME_SIZE_ERROR"),
                row(
                        "PRIORITY on itself",
                        RawFrames.client().frame(Frames.PRIORITY, 0, 1, 0, 0, 0, 1, 1),
                        "PROTOCOL_ERROR"),
                row(
                        "less data than announced",
                        RawFrames.client().post(1, "content-length: 3").data(1, 1, "ab"),
                        "PROTOCOL_ERROR"),
                row(
                        "more data than announced",
                        RawFrames.client().post(1, "content-length: 3").data(0, 1, "abcd"),
                        "PROTOCOL_ERROR"),
                row(
                        "data announced and none",
                        request(":method: GET", ":scheme: http", ":path: /", ":authority: a", "content-length: 3"),
                        "PROTOCOL_ERROR"),
                row("no method", request(":scheme: http", ":path: /", ":authority: a"), "PROTOCOL_ERROR"),
                row("no scheme", request(":method: GET", ":path: /", ":authority: a"), "PROTOCOL_ERROR"),
                row("no path", request(":method: GET", ":scheme: http", ":authority: a"), "PROTOCOL_ERROR"),
                row(
                        "an empty path",
                        request(":method: GET", ":scheme: http", ":path: ", ":authority: a"),
                        "PROTOCOL_ERROR"),
                row(
                        "a path without slash",
                        request(":method: GET", ":scheme: http", ":path: a", ":authority: a"),
                        "PROTOCOL_ERROR"),
                row(
                        "a path with a blank",
                        request(":method: GET", ":scheme: http", ":path: /a b", ":authority: a"),
                        "PROTOCOL_ERROR"),
                row(
                        "two methods",
                        request(":method: GET", ":method: GET", ":scheme: http", ":path: /", ":authority: a"),
                        "PROTOCOL_ERROR"),
                row(
                        "two paths",
                        request(":method: GET", ":scheme: http", ":path: /", ":path: /", ":authority: a"),
                        "PROTOCOL_ERROR"),
                row("no authority", request(":method: GET", ":scheme: http", ":path: /"), "PROTOCOL_ERROR"),
                row(
                        "user information",
                        request(":method: GET", ":scheme: http", ":path: /", ":authority: u@a"),
                        "PROTOCOL_ERROR"),
                row("two authorities", good("host: b"), "PROTOCOL_ERROR"),
                row(
                        "an unknown pseudo-header field",
                        request(":method: GET", ":scheme: http", ":path: /", ":x: y"),
                        "PROTOCOL_ERROR"),
                row(
                        "a status in a request",
                        request(":method: GET", ":scheme: http", ":path: /", ":status: 200"),
                        "PROTOCOL_ERROR"),
                row(
                        "a pseudo-header field after others",
                        request(":method: GET", ":scheme: http", "x: y", ":path: /", ":authority: a"),
                        "PROTOCOL_ERROR"),
                row("an upper-case name", good("X-Y: z"), "PROTOCOL_ERROR"),
                row("a name with a blank", good("x y: z"), "PROTOCOL_ERROR"),
                row("a value with CR LF", good("x: a\r\nb: c"), "PROTOCOL_ERROR"),
                row("a value with NUL", good("x: a\0"), "PROTOCOL_ERROR"),
                row("a value that begins with a blank", good("x:  a"), "PROTOCOL_ERROR"),
                row("connection", good("connection: close"), "PROTOCOL_ERROR"),
                row("keep-alive", good("keep-alive: 1"), "PROTOCOL_ERROR"),
                row("proxy-connection", good("proxy-connection: close"), "PROTOCOL_ERROR"),
                row("transfer-encoding", good("transfer-encoding: chunked"), "PROTOCOL_ERROR"),
                row("upgrade", good("upgrade: h2c"), "PROTOCOL_ERROR"),
                row("te of another kind", good("te: gzip"), "PROTOCOL_ERROR"),
                row("two lengths", good("content-length: 0", "content-length: 0"), "PROTOCOL_ERROR"),
                row("a length that is none", good("content-length: +1"), "PROTOCOL_ERROR"),
                row(
                        "CONNECT with a path",
                        request(":method: CONNECT", ":path: /", ":authority: a:1"),
                        "PROTOCOL_ERROR"),
                row("CONNECT without authority", request(":method: CONNECT"), "PROTOCOL_ERROR"),
                row(
                        "extended CONNECT that was not offered",
                        request(
                                ":method: CONNECT",
                                ":scheme: http",
                                ":path: /",
                                ":authority: a",
                                ":protocol: websocket"),
                        "PROTOCOL_ERROR"));
    }

    private static RawFrames request(String... fields) {
        return RawFrames.client().headers(5, 1, fields);
    }

    private static RawFrames good(String... more) {
        var fields = new ArrayList<>(List.of(":method: GET", ":scheme: http", ":path: /", ":authority: a"));
        fields.addAll(List.of(more));
        return request(fields.toArray(String[]::new));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("streamFaults")
    void ends_the_stream_and_not_the_connection(String what, RawFrames frames, String code) {
        var server = Wire.server();
        server.connection.read(frames.bytes);
        server.connection.read(new RawFrames().get(7).bytes);
        assertThat(server.frames()).as(what).contains("RST_STREAM 1 " + code).noneMatch(f -> f.startsWith("GOAWAY"));
        assertThat(server.events).last().asString().startsWith("7 end");
    }

    static List<Arguments> answerFaults() {
        return List.of(
                row("no status", new RawFrames().headers(5, 1, "x: y"), "PROTOCOL_ERROR"),
                row("two statuses", new RawFrames().headers(5, 1, ":status: 200", ":status: 200"), "PROTOCOL_ERROR"),
                row("a status of two digits", new RawFrames().headers(5, 1, ":status: 20"), "PROTOCOL_ERROR"),
                row("a status that is none", new RawFrames().headers(5, 1, ":status: 2x0"), "PROTOCOL_ERROR"),
                row("101", new RawFrames().headers(4, 1, ":status: 101"), "PROTOCOL_ERROR"),
                row("an interim answer that ends", new RawFrames().headers(5, 1, ":status: 103"), "PROTOCOL_ERROR"),
                row("a path in an answer", new RawFrames().headers(5, 1, ":status: 200", ":path: /"), "PROTOCOL_ERROR"),
                row("data before the head", new RawFrames().data(0, 1, "x"), "PROTOCOL_ERROR"),
                row(
                        "less data than announced",
                        new RawFrames()
                                .headers(4, 1, ":status: 200", "content-length: 2")
                                .data(1, 1, "a"),
                        "PROTOCOL_ERROR"),
                row(
                        "data in answer to what has none",
                        new RawFrames().headers(4, 1, ":status: 204").data(1, 1, "a"),
                        "PROTOCOL_ERROR"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("answerFaults")
    void an_upstream_is_as_foreign_as_a_client(String what, RawFrames frames, String code) {
        var client = Wire.client();
        client.connection.read(new RawFrames().frame(Frames.SETTINGS, 0, 0).bytes);
        client.request(false, ":method: POST", ":scheme: http", ":path: /", ":authority: a");
        client.sent.clear();
        client.connection.read(frames.bytes);
        assertThat(client.events).as(what).last().isEqualTo("1 reset " + code);
        assertThat(client.connection.over()).isFalse();
        assertThat(client.connection.active()).isZero();
    }

    @Test
    void what_an_application_may_do_passes() {
        var server = Wire.server();
        server.connection.read(
                good("te: trailers", "cookie: a=1", "host: a", "cookie: b=2", "proxy-authorization: x").bytes);
        assertThat(server.events)
                .containsExactly(
                        "1 GET / [host: a] [te: trailers] [proxy-authorization: x] [cookie: a=1; b=2] complete",
                        "1 end");
    }

    @Test
    void frames_of_a_stream_that_we_reset_are_ignored() {
        var server = Wire.server();
        server.connection.read(RawFrames.client().post(1).bytes);
        server.streams.getFirst().reset(Http2Error.CANCEL);
        server.frames();
        server.connection.read(new RawFrames()
                .data(0, 1, "late")
                .headers(5, 1, "x: y")
                .frame(Frames.WINDOW_UPDATE, 0, 1, 0, 0, 0, 1)
                .frame(Frames.RST_STREAM, 0, 1, 0, 0, 0, 8)
                .bytes);
        assertThat(server.frames()).isEmpty();
    }

    @Test
    void a_frame_larger_than_allowed_ends_the_connection() {
        var frames = RawFrames.client();
        Frames.writeHeader(frames.bytes, 16_385, Frames.DATA, 0, 1);
        var server = Wire.server();
        server.connection.read(frames.bytes);
        assertThat(server.frames()).last().asString().endsWith("FRAME_SIZE_ERROR");
    }

    @Test
    void more_data_than_a_window_allows_ends_the_stream_then_the_connection() {
        var server = Wire.server();
        var frames = RawFrames.client().post(1);
        server.connection.read(frames.bytes);
        server.streams.getFirst().read(false);
        for (int i = 0; i < 5; i++) {
            server.connection.read(new RawFrames().data(0, 1, "x".repeat(16_000)).bytes);
        }
        assertThat(server.frames()).contains("RST_STREAM 1 FLOW_CONTROL_ERROR");
        assertThat(server.connection.over()).isFalse();
    }

    @Test
    void a_wrong_preface_ends_the_connection() {
        var server = Wire.server();
        server.connection.read(Unpooled.wrappedBuffer(
                "PRI * HTTP/2.0\r\n\r\nXX".getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
        assertThat(server.frames()).last().asString().startsWith("GOAWAY 0 PROTOCOL_ERROR");
    }

    @Test
    void a_head_in_several_frames_is_one_and_one_too_large_is_answered() {
        var frames = RawFrames.client();
        int from = frames.bytes.writerIndex();
        frames.get(1);
        int length = frames.bytes.writerIndex() - from - 9;
        var block = new byte[length];
        frames.bytes.getBytes(from + 9, block);
        frames.bytes.writerIndex(from);
        Frames.writeHeader(frames.bytes, 3, Frames.HEADERS, Frames.END_STREAM, 1);
        frames.bytes.writeBytes(block, 0, 3);
        Frames.writeHeader(frames.bytes, 0, Frames.CONTINUATION, 0, 1);
        Frames.writeHeader(frames.bytes, length - 3, Frames.CONTINUATION, Frames.END_HEADERS, 1);
        frames.bytes.writeBytes(block, 3, length - 3);
        var server = Wire.server();
        server.connection.read(frames.bytes);
        assertThat(server.events).containsExactly("1 GET / [host: a.example] complete", "1 end");
        var large = new String[150];
        for (int i = 0; i < large.length; i++) {
            large[i] = "x-" + i + ": " + "v".repeat(80);
        }
        server.connection.read(new RawFrames().post(3, large).bytes);
        assertThat(server.events).last().isEqualTo("3 refused 431");
    }
}
