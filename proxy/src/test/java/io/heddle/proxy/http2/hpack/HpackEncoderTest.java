package io.heddle.proxy.http2.hpack;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.request.Span;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What is encoded is what comes out of the decoder, and repeats cost a byte.
class HpackEncoderTest {
    private final HpackEncoder encoder = new HpackEncoder();
    private final HpackDecoder decoder = new HpackDecoder(4096);

    private byte[] encode(String... fields) {
        encoder.begin();
        for (var field : fields) {
            int colon = field.indexOf(": ");
            field(encoder, field.substring(0, colon), field.substring(colon + 2));
        }
        return Arrays.copyOf(encoder.bytes(), encoder.length());
    }

    private static void field(HpackEncoder encoder, String name, String value) {
        var nameBytes = ("-" + name).getBytes(StandardCharsets.ISO_8859_1);
        var valueBytes = ("--" + value).getBytes(StandardCharsets.ISO_8859_1);
        encoder.field(nameBytes, Span.of(1, nameBytes.length), valueBytes, Span.of(2, valueBytes.length));
    }

    private List<String> roundTrip(String... fields) {
        return HpackTest.decode(decoder, encode(fields), 1 << 20);
    }

    @Test
    void what_the_static_table_has_is_one_byte() {
        assertThat(encode(
                        ":method: GET", ":scheme: https", ":path: /", ":status: 404", "accept-encoding: gzip, deflate"))
                .containsExactly(0x82, 0x87, 0x84, 0x8d, 0x90);
    }

    @Test
    void a_field_that_comes_again_becomes_an_index() {
        var fields = new String[] {":authority: shop.example", ":path: /cart?user=7", "user-agent: curl/8", "x-own: 1"};
        int first = encode(fields).length;
        assertThat(encode(fields)).hasSizeBetween(first - 1, first);
        assertThat(encode(fields)).hasSize(fields.length);
        assertThat(first).isGreaterThan(40);
    }

    @Test
    void both_sides_agree_on_the_table() {
        for (int i = 0; i < 100; i++) {
            assertThat(roundTrip(":authority: a" + i % 7, "x-id: " + i, "Mixed-Case: Value" + i % 3))
                    .containsExactly(":authority: a" + i % 7, "x-id: " + i, "mixed-case: Value" + i % 3);
        }
        assertThat(decoder.tableSize()).isPositive();
    }

    @Test
    void secrets_are_never_put_into_a_table() {
        for (int i = 0; i < 4; i++) {
            assertThat(roundTrip("authorization: Bearer abc", "cookie: s=1", "set-cookie: t=2"))
                    .containsExactly("authorization: Bearer abc", "cookie: s=1", "set-cookie: t=2");
        }
        assertThat(decoder.tableSize()).isZero();
        assertThat(encode("authorization: Bearer abc")[0] & 0xf0).isEqualTo(0x10);
    }

    @Test
    void every_status_is_encoded() {
        for (int status = 100; status < 600; status++) {
            encoder.begin();
            encoder.status(status);
            var block = Arrays.copyOf(encoder.bytes(), encoder.length());
            assertThat(HpackTest.decode(decoder, block, 1000)).containsExactly(":status: " + status);
        }
    }

    @Test
    void the_peers_limit_is_kept_and_told_with_the_smallest_first() {
        roundTrip("x-a: 1");
        roundTrip("x-a: 1");
        roundTrip("x-a: 1");
        assertThat(decoder.tableSize()).isPositive();
        encoder.limit(0);
        encoder.limit(100);
        var block = encode("x-a: 1");
        assertThat(block).startsWith(0x20, 0x3f, 69);
        assertThat(HpackTest.decode(decoder, block, 1000)).containsExactly("x-a: 1");
        encoder.limit(0);
        for (int i = 0; i < 3; i++) {
            assertThat(roundTrip("x-a: 1")).containsExactly("x-a: 1");
        }
        assertThat(decoder.tableSize()).isZero();
        encoder.limit(1L << 32);
        for (int i = 0; i < 3; i++) {
            assertThat(roundTrip("x-a: 1")).containsExactly("x-a: 1");
        }
        assertThat(decoder.tableSize()).isEqualTo(36);
    }

    @Test
    void random_fields_survive_the_round_trip() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        for (int i = 0; i < 5_000; i++) {
            var fields = new ArrayList<String>();
            for (int line = random.nextInt(12); line >= 0; line--) {
                int size = random.nextInt(50) == 0 ? random.nextInt(5000) : random.nextInt(40);
                fields.add("x-" + random.nextInt(20) + ": " + (char) ('a' + random.nextInt(3)) + "v".repeat(size));
            }
            if (random.nextInt(40) == 0) {
                encoder.limit(random.nextInt(5000));
            }
            assertThat(roundTrip(fields.toArray(String[]::new))).isEqualTo(fields);
        }
    }
}
