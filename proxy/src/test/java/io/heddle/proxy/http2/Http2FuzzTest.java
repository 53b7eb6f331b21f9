package io.heddle.proxy.http2;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http2.hpack.HpackDecoder;
import io.heddle.traffic.request.Span;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Bytes of any kind: nothing is thrown, nothing leaks, and it does not matter in which pieces they come.
class Http2FuzzTest {
    @FuzzTest(maxDuration = "20s")
    void a_server_takes_any_bytes(byte[] input) {
        check(bytes(RawFrames.client(), input), true);
    }

    @FuzzTest(maxDuration = "10s")
    void a_client_takes_any_bytes(byte[] input) {
        check(input, false);
    }

    @FuzzTest(maxDuration = "10s")
    void a_decoder_takes_any_block(byte[] input) {
        var decoder = new HpackDecoder(4096);
        for (int i = 0; i < 3; i++) {
            decoder.decode(input, Span.of(0, input.length), 4096, (_, nameBytes, name, valueBytes, value) -> {
                assertThat(Span.end(name)).isLessThanOrEqualTo(nameBytes.length);
                assertThat(Span.end(value)).isLessThanOrEqualTo(valueBytes.length);
            });
            assertThat(decoder.tableSize()).isBetween(0, 4096);
        }
    }

    @Test
    void random_and_mutated_frames_are_read_alike_in_every_piece() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        for (int i = 0; i < 4_000; i++) {
            var frames = RawFrames.client();
            for (int frame = random.nextInt(8); frame >= 0; frame--) {
                add(frames, random);
            }
            var bytes = bytes(frames, new byte[0]);
            for (int flips = random.nextInt(4); flips > 0; flips--) {
                bytes[24 + random.nextInt(bytes.length - 24)] = (byte) random.nextInt(256);
            }
            check(bytes, random.nextBoolean());
        }
    }

    private static void add(RawFrames frames, Random random) {
        int stream = 1 + 2 * random.nextInt(3);
        switch (random.nextInt(8)) {
            case 0 -> frames.get(stream);
            case 1 -> frames.post(stream, "content-length: " + random.nextInt(9));
            case 2 -> frames.data(random.nextInt(2), stream, "x".repeat(random.nextInt(9)));
            case 3 -> frames.frame(Frames.RST_STREAM, 0, stream, 0, 0, 0, random.nextInt(14));
            case 4 -> frames.frame(Frames.WINDOW_UPDATE, 0, stream, 0, 0, random.nextInt(256), random.nextInt(256));
            case 5 -> frames.frame(Frames.SETTINGS, 0, 0, 0, random.nextInt(9), 0, 0, random.nextInt(256), 1);
            case 6 -> frames.headers(random.nextInt(256), stream, ":status: 200", "x: y");
            default ->
                frames.frame(
                        random.nextInt(11),
                        random.nextInt(256),
                        stream,
                        random.ints(random.nextInt(12), 0, 256).toArray());
        }
    }

    private static byte[] bytes(RawFrames frames, byte[] more) {
        var first = ByteBufUtil.getBytes(frames.bytes);
        var all = Arrays.copyOf(first, first.length + more.length);
        System.arraycopy(more, 0, all, first.length, more.length);
        return all;
    }

    private static void check(byte[] bytes, boolean asServer) {
        var whole = run(bytes, asServer, bytes.length);
        var single = run(bytes, asServer, 1);
        var some = run(bytes, asServer, 7);
        assertThat(single).isEqualTo(whole);
        assertThat(some).isEqualTo(whole);
    }

    /// What was heard, data joined, and what was sent in the end.
    private static List<String> run(byte[] bytes, boolean asServer, int step) {
        var end = asServer ? Wire.server() : Wire.client();
        if (!asServer) {
            end.request(true, ":method: GET", ":scheme: http", ":path: /", ":authority: a");
            end.request(false, ":method: POST", ":scheme: http", ":path: /", ":authority: a");
        }
        var pieces = new ArrayList<ByteBuf>();
        for (int at = 0; at < bytes.length; at += step) {
            var piece = Unpooled.copiedBuffer(bytes, at, Math.min(step, bytes.length - at));
            pieces.add(piece);
            end.connection.read(piece);
        }
        for (var stream : List.copyOf(end.streams)) {
            if (asServer && !stream.closed()) {
                Wire.fields(stream, ":status: 200");
                stream.head(false);
                stream.data(Wire.bytes("answer"));
                stream.end(HeaderLines.EMPTY);
                stream.release();
            }
        }
        end.connection.flush();
        end.connection.closed();
        for (var piece : pieces) {
            piece.release();
            assertThat(piece.refCnt()).isZero();
        }
        var heard = new ArrayList<>(end.events);
        heard.removeIf(event -> event.contains(" data "));
        boolean whole = heard.stream().noneMatch(event -> event.contains("reset") || event.contains("failed"));
        heard.add("bytes " + (whole ? end.bodyBytes : "cut off anywhere"));
        heard.add("sent " + end.sent.readableBytes());
        return heard;
    }
}
