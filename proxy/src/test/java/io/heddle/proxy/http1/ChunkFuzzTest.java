package io.heddle.proxy.http1;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.heddle.proxy.http.HeaderLines;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The chunk decoder against a naive one, with the bytes at once and one by one.
@SuppressWarnings("StringSplitter")
class ChunkFuzzTest {
    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
    private static final String CONTROL = "\\x00-\\x08\\x0a-\\x1f\\x7f";
    private static final String QUOTED = "\"(?:[^\"\\\\" + CONTROL + "]|\\\\[^" + CONTROL + "])*+\"";
    /// RFC 9112, sections 7.1 and 7.1.1.
    private static final Pattern SIZE_LINE = Pattern.compile(
            "[0-9a-fA-F]{1,15}(?:[ \\t]*;[ \\t]*" + TOKEN + "(?:[ \\t]*=[ \\t]*(?:" + TOKEN + "|" + QUOTED + "))?)*");

    private record Read(boolean complete, String out, HeaderLines trailers, int rest) {}

    @FuzzTest(maxDuration = "10s")
    void reads_like_the_naive_decoder(byte[] input) {
        check(input);
    }

    @Test
    void reads_random_chunks_like_the_naive_decoder() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        var parts = new String[] {
            "1\r\na\r\n",
            "3;x=y\r\nabc\r\n",
            "00A\r\n0123456789\r\n",
            "0\r\n\r\n",
            "0\r\n",
            "T: v\r\n",
            "\r\n",
            "Host: x\r\n",
            "g\r\n",
            "2\r\nabc\r\n",
            "1\na\n",
            "ffffffffffffffff\r\n",
            " 1\r\na\r\n",
            "1 \r\na\r\n",
            "1 0\r\na\r\n",
            "1;\r\na\r\n",
            "1;=b\r\na\r\n",
            "1;a=\r\na\r\n",
            "1 ;\ta = b ;c\r\na\r\n",
            "1;a=\"x\\\";y\" ; b\r\na\r\n",
            "1;a=\"x\"y\r\na\r\n",
            "1;a=\"x\r\na\r\n",
            "1;a b\r\na\r\n",
            "tail"
        };
        for (int i = 0; i < 50_000; i++) {
            var text = new StringBuilder();
            int size = random.nextInt(6);
            for (int part = 0; part < size; part++) {
                text.append(parts[random.nextInt(parts.length)]);
            }
            text.append(random.nextInt(3) > 0 ? "0\r\n\r\n" : "");
            check(text.toString().getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    private static void check(byte[] input) {
        var data = read(input, input.length);
        var byByte = read(input, 1);
        assertThat(byByte.complete()).isEqualTo(data.complete());
        if (!data.complete()) {
            return;
        }
        var naive = naive(new String(input, StandardCharsets.ISO_8859_1));
        assertThat(naive).isPresent();
        assertThat(data.out()).isEqualTo(naive.get());
        assertThat(byByte.out()).isEqualTo(naive.get());
        assertThat(byByte.rest()).isEqualTo(data.rest());
        assertThat(naive(written(data))).isEqualTo(naive);
    }

    /// The data as we frame it ourselves, in pieces of three bytes.
    private static String written(Read read) {
        var channel = new EmbeddedChannel();
        var output = new Http1Output(channel);
        output.head(new HeadWriter().start(), true, -1);
        var bytes = read.out().getBytes(StandardCharsets.ISO_8859_1);
        for (int at = 0; at < bytes.length; at += 3) {
            output.piece(Unpooled.copiedBuffer(bytes, at, Math.min(3, bytes.length - at)));
        }
        output.end(read.trailers());
        output.flush();
        var text = new StringBuilder();
        for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            text.append(out.toString(StandardCharsets.ISO_8859_1));
            out.release();
        }
        return text.substring(2);
    }

    private static Read read(byte[] input, int step) {
        var decoder = new ChunkDecoder();
        decoder.start();
        var out = new ByteArrayOutputStream();
        int at = 0;
        boolean good = true;
        while (at < input.length && good && !decoder.complete()) {
            ByteBuf piece = Unpooled.wrappedBuffer(input, at, Math.min(step, input.length - at));
            int size = piece.readableBytes();
            good = decoder.read(piece, bytes -> {
                out.writeBytes(io.netty.buffer.ByteBufUtil.getBytes(bytes));
                bytes.release();
            });
            at += size - piece.readableBytes();
        }
        return new Read(
                good && decoder.complete(),
                out.toString(StandardCharsets.ISO_8859_1),
                decoder.trailers(),
                input.length - at);
    }

    /// The data of a chunked body; empty when it is malformed or incomplete.
    private static Optional<String> naive(String text) {
        var data = new StringBuilder();
        int at = 0;
        while (true) {
            int end = text.indexOf("\r\n", at);
            if (end < 0 || !SIZE_LINE.matcher(text.substring(at, end)).matches()) {
                return Optional.empty();
            }
            long size = Long.parseLong(text.substring(at, end).split("[; \\t]", -1)[0], 16);
            at = end + 2;
            if (size == 0) {
                return text.startsWith("\r\n", at) || text.indexOf("\r\n\r\n", at) > 0
                        ? Optional.of(data.toString())
                        : Optional.empty();
            }
            if (at + size + 2 > text.length() || !text.startsWith("\r\n", (int) (at + size))) {
                return Optional.empty();
            }
            data.append(text, at, (int) (at + size));
            at += (int) size + 2;
        }
    }
}
