package io.heddle.proxy.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.proxy.http.HeaderLines;
import io.netty.buffer.Unpooled;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;

/// Each way to make the other side work for little ends the connection and is counted under its name; a usual number
/// of the same passes.
class FloodTest {
    private final Wire server = Wire.server();

    FloodTest() {
        server.connection.read(RawFrames.client().bytes);
    }

    private void ends(Flood flood, int most, IntConsumer step) {
        int steps = 0;
        while (!server.connection.over() && steps < 100_000) {
            step.accept(steps++);
        }
        assertThat(steps).isBetween(20, most);
        assertThat(server.events).contains("flooded " + flood);
        assertThat(server.frames()).last().asString().endsWith("ENHANCE_YOUR_CALM");
    }

    private void send(RawFrames frames) {
        server.connection.read(frames.bytes);
        server.connection.flush();
    }

    @Test
    void as_many_streams_as_may_be_open_can_be_given_up_together() {
        for (int i = 0; i < 1024; i++) {
            send(new RawFrames().post(2 * i + 1));
        }
        assertThat(server.connection.active()).isEqualTo(1024);
        for (int i = 0; i < 1024; i++) {
            send(new RawFrames().frame(Frames.RST_STREAM, 0, 2 * i + 1, 0, 0, 0, 8));
        }
        assertThat(server.connection.active()).isZero();
        assertThat(server.connection.over()).isFalse();
    }

    @Test
    void streams_opened_and_reset() {
        ends(
                Flood.RESET,
                2000,
                i -> send(new RawFrames().post(2 * i + 1).frame(Frames.RST_STREAM, 0, 2 * i + 1, 0, 0, 0, 8)));
    }

    @Test
    void streams_that_we_are_made_to_reset() {
        ends(
                Flood.RESET,
                2000,
                i -> send(new RawFrames().post(2 * i + 1).frame(Frames.WINDOW_UPDATE, 0, 2 * i + 1, 0, 0, 0, 0)));
    }

    @Test
    void malformed_requests() {
        ends(Flood.RESET, 2000, i -> send(new RawFrames().headers(5, 2 * i + 1, "x: y")));
    }

    @Test
    void continuation_frames_without_end() {
        send(new RawFrames().headers(0, 1, ":method: GET"));
        ends(Flood.CONTINUATION, 70, _ -> send(new RawFrames().frame(Frames.CONTINUATION, 0, 1)));
    }

    @Test
    void a_header_block_without_end() {
        send(new RawFrames().headers(0, 1, ":method: GET"));
        var octets = new int[500];
        ends(Flood.CONTINUATION, 40, _ -> send(new RawFrames().frame(Frames.CONTINUATION, 0, 1, octets)));
    }

    @Test
    void settings() {
        ends(Flood.SETTINGS, 60, _ -> send(new RawFrames().frame(Frames.SETTINGS, 0, 0)));
    }

    @Test
    void pings() {
        ends(Flood.PING, 120, _ -> send(new RawFrames().frame(Frames.PING, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)));
    }

    @Test
    void empty_data() {
        send(new RawFrames().post(1));
        ends(Flood.EMPTY_DATA, 120, _ -> send(new RawFrames().data(0, 1, "")));
    }

    @Test
    void answers_to_settings_that_were_not_said() {
        ends(Flood.SETTINGS, 60, _ -> send(new RawFrames().frame(Frames.SETTINGS, Frames.ACK, 0)));
    }

    @Test
    void answers_to_pings_that_were_not_sent() {
        ends(Flood.PING, 120, _ -> send(new RawFrames().frame(Frames.PING, Frames.ACK, 0, 0, 0, 0, 0, 0, 0, 0, 0)));
    }

    @Test
    void data_of_padding_alone() {
        send(new RawFrames().post(1));
        var padding = new int[256];
        padding[0] = 255;
        ends(Flood.EMPTY_DATA, 120, _ -> send(new RawFrames().frame(Frames.DATA, Frames.PADDED, 1, padding)));
    }

    @Test
    void padded_data_is_data() {
        send(new RawFrames().post(1));
        for (int i = 0; i < 1_000; i++) {
            send(new RawFrames().frame(Frames.DATA, Frames.PADDED, 1, 2, 'x', 0, 0));
        }
        send(new RawFrames().frame(Frames.DATA, Frames.PADDED | Frames.END_STREAM, 1, 2, 0, 0));
        assertThat(server.connection.over()).isFalse();
    }

    @Test
    void priorities() {
        ends(Flood.PRIORITY, 220, _ -> send(new RawFrames().frame(Frames.PRIORITY, 0, 3, 0, 0, 0, 1, 1)));
    }

    @Test
    void window_updates() {
        ends(Flood.WINDOW_UPDATE, 250, _ -> send(new RawFrames().frame(Frames.WINDOW_UPDATE, 0, 0, 0, 0, 0, 1)));
    }

    @Test
    void window_updates_for_a_large_frame_pass_as_long_as_it_allows_for_them() {
        send(new RawFrames()
                .frame(Frames.SETTINGS, 0, 0, 0, 4, 0, 0x10, 0, 0, 0, 5, 0, 0x10, 0, 0)
                .frame(Frames.WINDOW_UPDATE, 0, 0, 0, 0x10, 0, 0)
                .get(1));
        var stream = server.streams.getFirst();
        Wire.fields(stream, ":status: 200");
        stream.head(false);
        stream.data(Unpooled.wrappedBuffer(new byte[1_000_000]));
        for (int read = 0; read < 1_000_000; read += 4096) {
            send(new RawFrames()
                    .frame(Frames.WINDOW_UPDATE, 0, 1, 0, 0, 0x10, 0)
                    .frame(Frames.WINDOW_UPDATE, 0, 0, 0, 0, 0x10, 0));
        }
        assertThat(server.connection.over()).isFalse();
        ends(Flood.WINDOW_UPDATE, 4000, _ -> send(new RawFrames().frame(Frames.WINDOW_UPDATE, 0, 0, 0, 0, 0, 1)));
    }

    @Test
    void frames_of_unknown_types() {
        ends(Flood.UNKNOWN_FRAME, 220, _ -> send(new RawFrames().frame(0x42, 0, 0)));
    }

    @Test
    void windows_of_a_byte() {
        send(new RawFrames().frame(Frames.SETTINGS, 0, 0, 0, 4, 0, 0, 0, 0).get(1));
        var stream = server.streams.getFirst();
        Wire.fields(stream, ":status: 200");
        stream.head(false);
        stream.data(Unpooled.wrappedBuffer(new byte[20_000]));
        stream.end(HeaderLines.EMPTY);
        ends(Flood.TINY_WINDOW, 1100, _ -> send(new RawFrames().frame(Frames.WINDOW_UPDATE, 0, 1, 0, 0, 0, 1)));
    }

    @Test
    void replies_that_nobody_reads() {
        server.writable = false;
        for (int i = 0; i < 1100 && !server.connection.over(); i++) {
            server.now += 1_000_000_000L;
            send(new RawFrames().frame(Frames.PING, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
            server.connection.flush();
        }
        assertThat(server.events).contains("failed ENHANCE_YOUR_CALM asks for replies and does not read them");
    }

    @Test
    void what_is_usual_passes() {
        for (int i = 0; i < 2_000; i++) {
            int id = 2 * i + 1;
            server.now += 10_000_000L;
            var frames = new RawFrames().post(id).data(0, id, "some").frame(Frames.PING, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
            frames.frame(Frames.WINDOW_UPDATE, 0, 0, 0, 0, 0, 4);
            if (i % 4 == 0) {
                send(frames.frame(Frames.RST_STREAM, 0, id, 0, 0, 0, 8));
                continue;
            }
            send(frames.data(1, id, ""));
            var stream = server.streams.getLast();
            Wire.fields(stream, ":status: 200");
            stream.head(true);
            stream.release();
            server.frames();
        }
        assertThat(server.connection.over()).isFalse();
        assertThat(server.connection.active()).isZero();
    }
}
