package io.heddle.proxy.body;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.proxy.http.HeaderLines;
import io.heddle.traffic.body.ContentCoding;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CodingsTest {
    private static final ContentCoding GZIP = new ContentCoding.Gzip(-1, ContentCoding.Strategy.DEFAULT);
    private static final long SEED = 7;

    static Stream<ContentCoding> codings() {
        return Stream.of(
                        GZIP,
                        new ContentCoding.Gzip(1, ContentCoding.Strategy.HUFFMAN_ONLY),
                        new ContentCoding.Brotli(3, 18),
                        new ContentCoding.Zstd(3, true),
                        new ContentCoding.Zstd(22, false))
                .filter(coding -> {
                    var missing = Codings.missing(coding);
                    missing.ifPresent(why -> System.out.println("SKIPPED " + coding.token() + ": " + why));
                    return missing.isEmpty();
                });
    }

    /// What comes out of a change.
    private static class Out implements BodyOutput {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        final List<String> events = new ArrayList<>();

        @Override
        public void piece(ByteBuf piece) {
            var copy = new byte[piece.readableBytes()];
            piece.readBytes(copy);
            piece.release();
            bytes.writeBytes(copy);
        }

        @Override
        public void end(HeaderLines trailers) {
            events.add("end");
            for (int i = 0; i < trailers.count(); i++) {
                events.add(new String(
                                trailers.bytes(),
                                trailers.lineStart(i),
                                trailers.lineStart(i + 1) - trailers.lineStart(i),
                                StandardCharsets.ISO_8859_1)
                        .strip());
            }
        }

        @Override
        public void fault(String details) {
            events.add(details);
        }

        @Override
        public void moved() {
            events.add("moved");
        }
    }

    private static byte[] text(int size) {
        var random = new SplittableRandom(SEED);
        var words = List.of("cart", "checkout", "payment", "catalog", "\n", "{\"price\": ", "}");
        var text = new StringBuilder();
        while (text.length() < size) {
            text.append(words.get(random.nextInt(words.size()))).append(random.nextInt(1000));
        }
        return text.substring(0, size).getBytes(StandardCharsets.ISO_8859_1);
    }

    /// The pieces of `bytes`, cut by chance, each in a buffer of its own kind.
    private static List<ByteBuf> pieces(byte[] bytes, SplittableRandom random, int most) {
        var pieces = new ArrayList<ByteBuf>();
        int at = 0;
        while (at < bytes.length) {
            int size = Math.min(bytes.length - at, 1 + random.nextInt(most));
            var part = Arrays.copyOfRange(bytes, at, at + size);
            pieces.add(
                    random.nextBoolean()
                            ? Unpooled.wrappedBuffer(part)
                            : Unpooled.directBuffer(size).writeBytes(part));
            at += size;
        }
        return pieces;
    }

    private static Compression compression(ContentCoding coding) {
        return new Compression(Codings.encoder(coding), (_, _) -> {});
    }

    private static Decompression decompression(ContentCoding coding, int ratio) {
        return new Decompression(Codings.decoder(coding), "lib", ratio, (_, _) -> {});
    }

    private static byte[] compress(ContentCoding coding, byte[] bytes) {
        var out = new Out();
        var change = compression(coding);
        change.piece(Unpooled.wrappedBuffer(bytes), out);
        change.end(HeaderLines.EMPTY, out);
        change.close();
        return out.bytes.toByteArray();
    }

    @ParameterizedTest
    @MethodSource("codings")
    void what_is_compressed_becomes_plain_again_however_it_is_cut(ContentCoding coding) {
        System.out.println("seed " + SEED);
        var random = new SplittableRandom(SEED);
        for (int size : new int[] {0, 1, 100, 20_000, 300_000}) {
            var bytes = text(size);
            var squeezed = new Out();
            var in = compression(coding);
            for (var piece : pieces(bytes, random, 9000)) {
                in.piece(piece, squeezed);
                if (random.nextInt(4) == 0) {
                    in.pause(squeezed);
                }
                assertThat(piece.refCnt()).isZero();
            }
            in.end(HeaderLines.EMPTY, squeezed);
            in.close();
            var plain = new Out();
            var out = decompression(coding, 1000);
            for (var piece : pieces(squeezed.bytes.toByteArray(), random, 700)) {
                out.piece(piece, plain);
                assertThat(piece.refCnt()).isZero();
            }
            out.end(HeaderLines.EMPTY, plain);
            out.close();
            assertThat(plain.events)
                    .containsExactly(
                            "end",
                            "x-envoy-decompressor-lib-compressed-bytes: " + squeezed.bytes.size(),
                            "x-envoy-decompressor-lib-uncompressed-bytes: " + size);
            assertThat(plain.bytes.toByteArray()).isEqualTo(bytes);
        }
    }

    @ParameterizedTest
    @MethodSource("codings")
    void what_was_sent_before_a_pause_can_be_read_at_once(ContentCoding coding) {
        var squeezed = new Out();
        var plain = new Out();
        var in = compression(coding);
        var out = decompression(coding, 1000);
        var sent = new StringBuilder();
        for (int i = 0; i < 5; i++) {
            var event = "data: " + i + "\n\n";
            sent.append(event);
            in.piece(Unpooled.copiedBuffer(event, StandardCharsets.ISO_8859_1), squeezed);
            in.pause(squeezed);
            int made = squeezed.bytes.size();
            in.pause(squeezed);
            assertThat(squeezed.bytes.size()).as("nothing new, nothing more").isEqualTo(made);
            out.piece(Unpooled.wrappedBuffer(squeezed.bytes.toByteArray()), plain);
            squeezed.bytes.reset();
            assertThat(plain.bytes.toString(StandardCharsets.ISO_8859_1)).isEqualTo(sent.toString());
        }
        in.close();
        out.close();
    }

    @ParameterizedTest
    @MethodSource("codings")
    void a_body_that_grows_too_much_is_cut_off(ContentCoding coding) {
        var bomb = compress(coding, new byte[8 << 20]);
        var out = new Out();
        var change = decompression(coding, 20);
        change.piece(Unpooled.wrappedBuffer(bomb), out);
        change.end(HeaderLines.EMPTY, out);
        change.close();
        if (bomb.length * 20L < 8 << 20) {
            assertThat(out.events).containsExactly("decompressed_body_too_large");
            assertThat((long) out.bytes.size()).isLessThanOrEqualTo(Math.max(64 * 1024, bomb.length * 20L));
        } else {
            assertThat(out.events).first().isEqualTo("end");
        }
    }

    @ParameterizedTest
    @MethodSource("codings")
    void a_body_that_ends_too_soon_or_is_not_coded_is_a_fault(ContentCoding coding) {
        var whole = compress(coding, text(5000));
        var cut = new Out();
        var change = decompression(coding, 100);
        change.piece(Unpooled.wrappedBuffer(whole, 0, whole.length - 3), cut);
        change.end(HeaderLines.EMPTY, cut);
        change.close();
        assertThat(cut.events).containsExactly("compressed_body_truncated");
        var other = new Out();
        var second = decompression(coding, 100);
        second.piece(Unpooled.copiedBuffer("this is no compressed body at all", StandardCharsets.ISO_8859_1), other);
        second.piece(Unpooled.copiedBuffer("and more", StandardCharsets.ISO_8859_1), other);
        second.end(HeaderLines.EMPTY, other);
        second.close();
        assertThat(other.events).containsExactly("compressed_body_invalid");
    }

    @Test
    void gzip_is_what_others_write_and_read() throws IOException {
        var bytes = text(50_000);
        assertThat(new GZIPInputStream(new ByteArrayInputStream(compress(GZIP, bytes))).readAllBytes())
                .isEqualTo(bytes);
        var theirs = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(theirs)) {
            gzip.write(bytes);
        }
        try (var second = new GZIPOutputStream(theirs)) {
            second.write('!');
        }
        var out = new Out();
        var change = decompression(GZIP, 100);
        change.piece(Unpooled.wrappedBuffer(theirs.toByteArray()), out);
        change.end(HeaderLines.EMPTY, out);
        change.close();
        assertThat(out.events).first().isEqualTo("end");
        assertThat(out.bytes.toByteArray()).startsWith(bytes).endsWith('!').hasSize(bytes.length + 1);
    }

    @Test
    void gzip_heads_may_have_all_that_they_may_have() {
        var deflated = compress(GZIP, "hello".getBytes(StandardCharsets.ISO_8859_1));
        var head = new byte[] {
            0x1f, (byte) 0x8b, 8, 2 | 4 | 8 | 16, 0, 0, 0, 0, 0, 3, 2, 0, 'x', 'y', 'n', 0, 'c', 'o', 0, 1, 2
        };
        var out = new Out();
        var change = decompression(GZIP, 100);
        change.piece(Unpooled.wrappedBuffer(head, Arrays.copyOfRange(deflated, 10, deflated.length)), out);
        change.end(HeaderLines.EMPTY, out);
        change.close();
        assertThat(out.bytes.toString(StandardCharsets.ISO_8859_1)).isEqualTo("hello");
    }

    @Test
    void a_change_that_ends_its_exchange_is_let_go_of_afterwards() {
        var pipes = new BodyPipe[1];
        var out = new Out() {
            @Override
            public void piece(ByteBuf piece) {
                super.piece(piece);
                pipes[0].close();
            }
        };
        pipes[0] = new BodyPipe(out);
        var closed = new ArrayList<String>();
        pipes[0].add(compression(GZIP));
        pipes[0].add(new BodyTransform() {
            @Override
            public void piece(ByteBuf piece, BodyOutput next) {
                next.piece(piece.retain());
                assertThat(closed).as("not within the call").isEmpty();
                next.piece(piece);
            }

            @Override
            public void pause(BodyOutput next) {
                throw new IllegalStateException("no pause");
            }

            @Override
            public void end(HeaderLines trailers, BodyOutput next) {
                next.end(trailers);
            }

            @Override
            public boolean isFull() {
                return false;
            }

            @Override
            public void close() {
                closed.add("closed");
            }
        });
        pipes[0].piece(Unpooled.copiedBuffer("x", StandardCharsets.ISO_8859_1));
        pipes[0].end(HeaderLines.EMPTY);
        assertThat(closed).containsExactly("closed");
        assertThat(pipes[0].isEmpty()).isTrue();
        assertThat(out.bytes.size()).as("the first chunk, and nothing after it").isEqualTo(10);
    }
}
