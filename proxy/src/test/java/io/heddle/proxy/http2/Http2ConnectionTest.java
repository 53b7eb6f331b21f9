package io.heddle.proxy.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.proxy.http.HeaderLines;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/// Two ends of a connection that talk to each other without a socket.
class Http2ConnectionTest {
    private final Wire client = Wire.client();
    private final Wire server = Wire.server();

    private Http2Stream get() {
        return client.request(true, ":method: GET", ":scheme: http", ":path: /a?b", ":authority: shop.example", "x: 1");
    }

    private Http2Stream post() {
        return client.request(false, ":method: POST", ":scheme: http", ":path: /", ":authority: shop.example");
    }

    private Http2Stream served(int index) {
        return server.streams.get(index);
    }

    @Test
    void a_request_and_its_answer_pass_with_bodies_and_trailers() {
        var stream = post();
        stream.data(Wire.bytes("hello"));
        stream.end(Wire.lines("x-sum: 5"));
        Wire.talk(client, server);
        assertThat(server.events).containsExactly("1 POST / [host: shop.example]", "1 data hello", "1 end [x-sum: 5]");
        var answer = served(0);
        Wire.fields(answer, ":status: 103", "link: x");
        answer.interim();
        Wire.fields(answer, ":status: 200", "content-type: text/plain");
        answer.head(false);
        answer.data(Wire.bytes("world"));
        answer.end(Wire.lines("grpc-status: 0"));
        answer.release();
        Wire.talk(client, server);
        assertThat(client.events)
                .containsExactly(
                        "1 interim 103 [link: x]",
                        "1 200 [content-type: text/plain]",
                        "1 data world",
                        "1 end [grpc-status: 0]");
        assertThat(client.connection.active()).isZero();
        assertThat(server.connection.active()).isZero();
    }

    @Test
    void the_end_travels_in_the_frame_before_it_and_one_flush_carries_all() {
        Wire.talk(client, server);
        int before = client.flushes;
        for (int i = 0; i < 5; i++) {
            var stream = post();
            stream.data(Wire.bytes("body"));
            stream.end(HeaderLines.EMPTY);
        }
        get();
        var frames = client.frames();
        assertThat(frames).hasSize(11).contains("DATA 1 1 body", "HEADERS 11 5");
        assertThat(client.flushes).isEqualTo(before + 1);
    }

    @Test
    void streams_are_used_again() {
        get();
        Wire.talk(client, server);
        var first = served(0);
        answer(first);
        get();
        Wire.talk(client, server);
        assertThat(served(1)).isSameAs(first);
        assertThat(first.id()).isEqualTo(3);
    }

    private void answer(Http2Stream stream) {
        Wire.fields(stream, ":status: 200");
        stream.head(true);
        stream.release();
        Wire.talk(client, server);
    }

    @Test
    void a_stalled_stream_holds_up_no_other_and_what_waits_is_bounded() {
        Wire.talk(client, server);
        var streams = new ArrayList<Http2Stream>();
        for (int i = 0; i < 100; i++) {
            streams.add(post());
        }
        Wire.talk(client, server);
        server.streams.subList(1, 100).forEach(stream -> stream.read(false));
        for (int round = 0; round < 10; round++) {
            for (var stream : streams) {
                stream.data(Unpooled.wrappedBuffer(new byte[100_000]));
            }
            Wire.talk(client, server);
        }
        long waiting =
                server.streams.stream().mapToLong(stream -> stream.in.bytes()).sum();
        assertThat(server.bodyBytes).as("the one that is read").isEqualTo(1_000_000);
        assertThat(waiting).isEqualTo(99 * 65_536);
        assertThat(streams.get(1).isWritable()).isFalse();
        server.streams.get(1).read(true);
        Wire.talk(client, server);
        assertThat(server.bodyBytes).isEqualTo(2_000_000);
        assertThat(client.events).containsExactly("1 writable", "3 writable");
        client.connection.closed();
        server.connection.closed();
    }

    @Test
    void what_waits_on_a_thousand_stalled_streams_is_bounded_and_all_of_it_comes_when_they_are_read() {
        Wire.talk(client, server);
        var streams = new ArrayList<Http2Stream>();
        for (int i = 0; i < 1000; i++) {
            streams.add(post());
        }
        Wire.talk(client, server);
        server.streams.forEach(stream -> stream.read(false));
        for (var stream : streams) {
            stream.data(Unpooled.wrappedBuffer(new byte[60_000]));
            Wire.talk(client, server);
        }
        long most = 100 * 65_536 + Http2Connection.GROWTH;
        assertThat(waiting()).isBetween(most, most + 1024 * 1024);
        for (var stream : server.streams) {
            stream.read(true);
            Wire.talk(client, server);
        }
        assertThat(server.bodyBytes).isEqualTo(60_000_000);
        assertThat(waiting()).isZero();
        client.connection.closed();
        server.connection.closed();
    }

    private long waiting() {
        return server.streams.stream().mapToLong(stream -> stream.in.bytes()).sum();
    }

    @Test
    void a_stream_that_is_read_as_it_comes_gets_more_window_and_gives_it_back() {
        var stream = post();
        for (int i = 0; i < 40; i++) {
            stream.data(Unpooled.wrappedBuffer(new byte[100_000]));
            Wire.talk(client, server);
        }
        assertThat(served(0).window).isEqualTo(1024 * 1024);
        served(0).reset(Http2Error.CANCEL);
        Wire.talk(client, server);
        assertThat(server.connection.growth(Http2Connection.GROWTH)).isEqualTo(Http2Connection.GROWTH);
        assertThat(client.events).contains("1 reset CANCEL");
    }

    @Test
    void what_is_sent_waits_for_the_transport_and_streams_take_turns() {
        Wire.talk(client, server);
        var one = post();
        var other = post();
        client.writable = false;
        one.data(Unpooled.wrappedBuffer(new byte[40_000]));
        other.data(Unpooled.wrappedBuffer(new byte[40_000]));
        one.end(HeaderLines.EMPTY);
        assertThat(one.isWritable()).isFalse();
        assertThat(client.frames()).hasSize(2);
        client.writable = true;
        client.connection.writable();
        var order = client.frames().stream().map(frame -> frame.substring(0, 8)).toList();
        assertThat(order).containsExactly("DATA 1 0", "DATA 3 0", "DATA 1 0", "DATA 3 0", "DATA 1 1", "DATA 3 0");
    }

    @Test
    void trailers_that_must_wait_are_kept() {
        Wire.talk(client, server);
        var stream = post();
        Wire.talk(client, server);
        served(0).read(false);
        stream.data(Unpooled.wrappedBuffer(new byte[70_000]));
        var trailers = Wire.lines("x-sum: 70");
        stream.end(trailers);
        trailers.clear();
        Wire.talk(client, server);
        served(0).read(true);
        Wire.talk(client, server);
        assertThat(server.events).last().isEqualTo("1 end [x-sum: 70]");
        assertThat(server.bodyBytes).isEqualTo(70_000);
    }

    @Test
    void an_end_that_comes_while_nobody_reads_is_told_later() {
        var stream = post();
        Wire.talk(client, server);
        served(0).read(false);
        stream.data(Wire.bytes("late"));
        stream.end(HeaderLines.EMPTY);
        Wire.talk(client, server);
        assertThat(server.events).hasSize(1);
        answer(served(0));
        assertThat(server.connection.active()).isZero();
        var other = post();
        other.data(Wire.bytes("x"));
        Wire.talk(client, server);
        served(1).read(false);
        other.end(HeaderLines.EMPTY);
        Wire.talk(client, server);
        served(1).read(true);
        assertThat(server.events).last().isEqualTo("3 end");
    }

    @Test
    void an_answer_before_the_requests_end_asks_for_no_more_of_it() {
        post();
        Wire.talk(client, server);
        var stream = served(0);
        Wire.fields(stream, ":status: 413");
        stream.head(false);
        stream.stopRequest();
        stream.end(HeaderLines.EMPTY);
        stream.release();
        Wire.talk(client, server);
        assertThat(client.events).containsExactly("1 413 complete", "1 end", "1 reset NO_ERROR");
        assertThat(server.connection.active()).isZero();
    }

    @Test
    void streams_beyond_the_limit_are_refused_and_known_as_unprocessed() {
        for (int i = 0; i < 100; i++) {
            post();
        }
        assertThat(client.connection.canOpen())
                .as("before settings, a hundred are assumed")
                .isFalse();
        Wire.talk(client, server);
        var raw = RawFrames.client();
        var other = Wire.server();
        for (int i = 0; i < 1025; i++) {
            raw.post(2 * i + 1);
        }
        other.connection.read(raw.bytes);
        assertThat(other.frames()).contains("RST_STREAM 2049 REFUSED_STREAM");
        assertThat(other.connection.active()).isEqualTo(1024);
    }

    @Test
    void draining_serves_what_is_on_its_way_and_loses_nothing() {
        get();
        Wire.talk(client, server);
        server.connection.drain();
        get(); // It crosses the first GOAWAY.
        Wire.talk(client, server);
        assertThat(client.events).contains("going away");
        assertThat(client.connection.canOpen()).isFalse();
        assertThat(server.closed).isFalse();
        answer(served(0));
        assertThat(server.closed).isFalse();
        answer(served(1));
        assertThat(client.events).contains("1 200 complete", "3 200 complete");
        assertThat(server.closed).isTrue();
        assertThat(server.events).doesNotContain("failed");
    }

    @Test
    void streams_above_the_last_of_goaway_were_not_processed() {
        get();
        get();
        Wire.talk(client, server);
        var goAway = new RawFrames().frame(Frames.GOAWAY, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0);
        client.connection.read(goAway.bytes);
        assertThat(client.events).containsExactly("3 reset REFUSED_STREAM unprocessed", "going away");
        assertThat(client.connection.active()).isEqualTo(1);
    }

    @Test
    void after_the_last_goaway_new_streams_are_ignored() {
        var other = Wire.server();
        other.connection.read(RawFrames.client().post(1).bytes);
        other.connection.drain();
        other.connection.drainNow();
        other.frames();
        other.connection.read(new RawFrames().post(3).data(1, 3, "late").data(1, 1, "on time").bytes);
        assertThat(other.events).contains("1 data on time").doesNotContain("3 data late");
        assertThat(other.frames()).isEmpty();
    }

    @Test
    void a_ping_is_answered_and_ours_is_awaited() {
        client.connection.ping();
        assertThat(client.connection.pingAwaited()).isTrue();
        Wire.talk(client, server);
        assertThat(client.connection.pingAwaited()).isFalse();
    }

    @Test
    void a_lost_transport_ends_every_stream_once() {
        var stream = post();
        stream.data(Unpooled.wrappedBuffer(new byte[100_000]));
        Wire.talk(client, server);
        client.connection.closed();
        client.connection.closed();
        assertThat(client.events).containsExactly("1 writable", "1 reset CANCEL");
        assertThat(stream.out.isEmpty()).isTrue();
    }

    @Test
    void an_answer_nobody_takes_is_given_up() {
        server.connection.read(RawFrames.client()
                .frame(Frames.SETTINGS, 0, 0, 0, 4, 0, 0, 0, 0)
                .get(1)
                .bytes);
        var stream = server.streams.getFirst();
        Wire.fields(stream, ":status: 200");
        stream.head(false);
        stream.data(Wire.bytes("never taken"));
        stream.end(HeaderLines.EMPTY);
        stream.release();
        server.connection.giveUpStalled(server.now);
        assertThat(server.connection.active()).isEqualTo(1);
        server.connection.giveUpStalled(server.now + 1);
        assertThat(server.connection.active()).isZero();
        assertThat(server.frames()).last().isEqualTo("RST_STREAM 1 CANCEL");
    }
}
