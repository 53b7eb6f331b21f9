package io.heddle.proxy.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.heddle.proxy.grpc.MessageReader.Result;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The reader of messages against a naive one, with the bytes at once and in pieces.
class MessageReaderTest {
    private static final int LARGEST = 1000;

    private record Read(List<String> messages, Result last, boolean within) {}

    @FuzzTest(maxDuration = "10s")
    void reads_like_the_naive_reader(byte[] input) {
        check(input);
    }

    @Test
    void reads_random_messages_like_the_naive_reader() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            var bytes = Unpooled.buffer();
            int messages = random.nextInt(4);
            for (int message = 0; message < messages; message++) {
                int length = random.nextInt(40) == 0 ? LARGEST + random.nextInt(2) : random.nextInt(60);
                bytes.writeByte(random.nextInt(30) == 0 ? random.nextInt(256) : 0)
                        .writeInt(length);
                var body = new byte[random.nextInt(20) == 0 ? random.nextInt(length + 1) : length];
                random.nextBytes(body);
                bytes.writeBytes(body);
            }
            check(Arrays.copyOf(bytes.array(), bytes.readableBytes()));
        }
    }

    @Test
    void an_announced_length_alone_takes_no_room() {
        var reader = new MessageReader(Integer.MAX_VALUE);
        var announced =
                Unpooled.buffer().writeByte(0).writeInt(Integer.MAX_VALUE).writeByte(1);
        assertThat(reader.read(announced)).isEqualTo(Result.MORE);
    }

    @Test
    void a_compressed_message_and_what_is_none_are_told_apart() {
        assertThat(new MessageReader(10).read(Unpooled.buffer().writeByte(1).writeInt(1)))
                .isEqualTo(Result.COMPRESSED);
        assertThat(new MessageReader(10)
                        .read(Unpooled.wrappedBuffer("HTTP/1.1".getBytes(java.nio.charset.StandardCharsets.US_ASCII))))
                .isEqualTo(Result.MALFORMED);
        assertThat(new MessageReader(10).read(Unpooled.buffer().writeByte(0).writeInt(-1)))
                .isEqualTo(Result.TOO_LARGE);
    }

    private static void check(byte[] input) {
        var expected = naive(input);
        assertThat(read(input, Integer.MAX_VALUE)).isEqualTo(expected);
        assertThat(read(input, 1)).isEqualTo(expected);
        assertThat(read(input, 7)).isEqualTo(expected);
    }

    private static Read read(byte[] input, int step) {
        var reader = new MessageReader(LARGEST);
        var messages = new ArrayList<String>();
        var last = Result.MORE;
        for (int from = 0; from < input.length && last == Result.MORE; from += step) {
            int to = (int) Math.min(input.length, (long) from + step);
            var piece = Unpooled.wrappedBuffer(input, from, to - from);
            last = read(reader, piece, messages);
            if (step == Integer.MAX_VALUE) {
                break;
            }
        }
        return new Read(messages, last, last == Result.MORE && reader.isWithin());
    }

    private static Result read(MessageReader reader, ByteBuf piece, List<String> messages) {
        while (true) {
            var result = reader.read(piece);
            if (result != Result.MESSAGE) {
                return result;
            }
            messages.add(Arrays.toString(reader.take()));
            if (!piece.isReadable()) {
                return Result.MORE;
            }
        }
    }

    private static Read naive(byte[] input) {
        var messages = new ArrayList<String>();
        var rest = ByteBuffer.wrap(input);
        while (rest.remaining() >= 5) {
            int start = rest.position();
            byte flag = rest.get();
            int length = rest.getInt();
            if (flag != 0) {
                return new Read(messages, flag == 1 ? Result.COMPRESSED : Result.MALFORMED, false);
            }
            if (length < 0 || length > LARGEST) {
                return new Read(messages, Result.TOO_LARGE, false);
            }
            if (rest.remaining() < length) {
                rest.position(start);
                break;
            }
            var message = new byte[length];
            rest.get(message);
            messages.add(Arrays.toString(message));
        }
        return new Read(messages, Result.MORE, rest.hasRemaining());
    }
}
