package io.heddle.proxy.body;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.heddle.proxy.http.HeaderLines;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Messages are found whatever pieces they come in, and bytes stay as they are.
final class MessageCountTest {
    private static final long SEED = 5;

    /// Takes all pieces in.
    private static final class Sink implements BodyOutput {
        private final ByteBuf all = Unpooled.buffer();
        private boolean ended;

        @Override
        public void piece(ByteBuf piece) {
            all.writeBytes(piece);
            piece.release();
        }

        @Override
        public void end(HeaderLines trailers) {
            ended = true;
        }

        @Override
        public void fault(String details) {
            throw new AssertionError(details);
        }

        @Override
        public void moved() {
            throw new AssertionError("nothing waits");
        }
    }

    /// How many messages are found in `data`, in pieces of up to `longest` bytes.
    private static int count(byte[] data, int longest) {
        var found = new int[1];
        var count = new MessageCount(() -> found[0]++);
        var sink = new Sink();
        for (int from = 0; from < data.length; from += longest) {
            int size = Math.min(longest, data.length - from);
            count.piece(Unpooled.copiedBuffer(data, from, size), sink);
        }
        count.end(HeaderLines.EMPTY, sink);
        count.close();
        var passed = new byte[sink.all.readableBytes()];
        sink.all.readBytes(passed);
        assertThat(passed).isEqualTo(data);
        assertThat(sink.ended).isTrue();
        return found[0];
    }

    @Test
    void messages_are_found_whatever_pieces_they_come_in() {
        System.out.println("seed " + SEED);
        var random = new SplittableRandom(SEED);
        var stream = Unpooled.buffer();
        for (int i = 0; i < 50; i++) {
            int length = i % 7 == 0 ? 0 : random.nextInt(40);
            var message = new byte[length];
            random.nextBytes(message);
            stream.writeByte(i % 2).writeInt(length).writeBytes(message);
        }
        var bytes = new byte[stream.readableBytes()];
        stream.readBytes(bytes);
        for (int longest = 1; longest < 60; longest++) {
            assertThat(count(bytes, longest)).as("pieces of %d", longest).isEqualTo(50);
        }
    }

    @Test
    void what_is_no_message_ends_the_count() {
        assertThat(count(new byte[] {0, 0, 0, 0, 1, 9, 'n', 'o', 0, 0, 0, 0, 0}, 4))
                .isEqualTo(1);
        assertThat(count(new byte[] {0, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0}, 3))
                .isEqualTo(1);
        assertThat(count(new byte[] {0, 0, 0}, 1)).isZero();
    }

    @FuzzTest
    void any_bytes_pass_and_count_the_same_in_any_pieces(byte[] data) {
        assertThat(count(data, 1)).isEqualTo(count(data, Math.max(1, data.length)));
    }
}
