package io.heddle.proxy.http2.hpack;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.request.Span;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/// HPACK by the examples of RFC 7541, appendix C, and where it is attacked.
class HpackTest {
    private static final int LIST = 64 * 1024;

    private final HpackDecoder decoder = new HpackDecoder(4096);

    private static List<String> decode(HpackDecoder decoder, String hex) {
        return decode(decoder, HexFormat.of().parseHex(hex.replace(" ", "")), LIST);
    }

    static List<String> decode(HpackDecoder decoder, byte[] block, int maxList) {
        var fields = new ArrayList<String>();
        boolean good = decoder.decode(
                block,
                Span.of(0, block.length),
                maxList,
                (_, nameBytes, name, valueBytes, value) ->
                        fields.add(Span.text(nameBytes, name) + ": " + Span.text(valueBytes, value)));
        return good ? fields : List.of("malformed");
    }

    @Test
    void reads_single_fields_of_each_representation() {
        assertThat(decode(decoder, "400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572"))
                .containsExactly("custom-key: custom-header");
        assertThat(decoder.tableSize()).isEqualTo(55);
        var fresh = new HpackDecoder(4096);
        assertThat(decode(fresh, "040c 2f73 616d 706c 652f 7061 7468")).containsExactly(":path: /sample/path");
        assertThat(decode(fresh, "1008 7061 7373 776f 7264 0673 6563 7265 74")).containsExactly("password: secret");
        assertThat(decode(fresh, "82")).containsExactly(":method: GET");
        assertThat(fresh.tableSize()).isZero();
    }

    @Test
    void reads_requests_on_one_connection() {
        requests(
                "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
                "8286 84be 5808 6e6f 2d63 6163 6865",
                "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65");
    }

    @Test
    void reads_requests_in_huffman_code() {
        requests(
                "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff",
                "8286 84be 5886 a8eb 1064 9cbf",
                "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf");
    }

    private void requests(String first, String second, String third) {
        assertThat(decode(decoder, first))
                .containsExactly(":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com");
        assertThat(decoder.tableSize()).isEqualTo(57);
        assertThat(decode(decoder, second))
                .containsExactly(
                        ":method: GET",
                        ":scheme: http",
                        ":path: /",
                        ":authority: www.example.com",
                        "cache-control: no-cache");
        assertThat(decoder.tableSize()).isEqualTo(110);
        assertThat(decode(decoder, third))
                .containsExactly(
                        ":method: GET",
                        ":scheme: https",
                        ":path: /index.html",
                        ":authority: www.example.com",
                        "custom-key: custom-value");
        assertThat(decoder.tableSize()).isEqualTo(164);
    }

    @Test
    void reads_responses_that_push_entries_out() {
        responses(
                "4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32"
                        + " 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
                "4803 3330 37c1 c0bf",
                "88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970"
                        + " 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d"
                        + " 6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e 3d31");
    }

    @Test
    void reads_responses_in_huffman_code() {
        responses(
                "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad"
                        + " 1718 63c7 8f0b 97c8 e9ae 82ae 43d3",
                "4883 640e ffc1 c0bf",
                "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2"
                        + " e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106"
                        + " 3d50 07");
    }

    private void responses(String first, String second, String third) {
        var small = new HpackDecoder(4096);
        assertThat(decode(small, "3f e1 01")).as("a table of 256 bytes").isEmpty();
        assertThat(decode(small, first))
                .containsExactly(
                        ":status: 302",
                        "cache-control: private",
                        "date: Mon, 21 Oct 2013 20:13:21 GMT",
                        "location: https://www.example.com");
        assertThat(small.tableSize()).isEqualTo(222);
        assertThat(decode(small, second))
                .containsExactly(
                        ":status: 307",
                        "cache-control: private",
                        "date: Mon, 21 Oct 2013 20:13:21 GMT",
                        "location: https://www.example.com");
        assertThat(decode(small, third))
                .containsExactly(
                        ":status: 200",
                        "cache-control: private",
                        "date: Mon, 21 Oct 2013 20:13:22 GMT",
                        "location: https://www.example.com",
                        "content-encoding: gzip",
                        "set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1");
        assertThat(small.tableSize()).isEqualTo(215);
    }

    @Test
    void refuses_blocks_that_break_the_rules() {
        assertThat(decode(decoder, "80")).as("index 0").containsExactly("malformed");
        assertThat(decode(decoder, "be")).as("an entry that is not there").containsExactly("malformed");
        assertThat(decode(decoder, "ffffffffff0f")).as("a huge index").containsExactly("malformed");
        assertThat(decode(decoder, "ff80808080800100")).as("an endless integer").containsExactly("malformed");
        assertThat(decode(decoder, "400a6375")).as("a name cut off").containsExactly("malformed");
        assertThat(decode(decoder, "40")).as("no name").containsExactly("malformed");
        assertThat(decode(decoder, "3fe21f")).as("a table larger than allowed").containsExactly("malformed");
        assertThat(decode(decoder, "8220")).as("an update after a field").containsExactly("malformed");
        assertThat(decode(decoder, "0482ffff"))
                .as("padding of more than seven bits")
                .containsExactly("malformed");
        assertThat(decode(decoder, "04821fe0")).as("padding with zeros").containsExactly("malformed");
        assertThat(decode(decoder, "0484ffffffff")).as("the end of string").containsExactly("malformed");
    }

    @Test
    void a_smaller_table_begins_with_the_first_block_after_it_was_agreed() {
        decoder.acknowledged(256);
        assertThat(decode(decoder, "82")).containsExactly("malformed");
        var other = new HpackDecoder(4096);
        other.acknowledged(256);
        assertThat(decode(other, "3fe10182")).containsExactly(":method: GET");
        assertThat(decode(other, "82")).containsExactly(":method: GET");
    }

    @Test
    void a_list_that_is_too_large_is_read_to_its_end_and_handed_on_no_further() {
        var value = "v".repeat(4000);
        var first = new HpackEncoderText().literal(0x40, "x-large", value);
        decode(decoder, first, LIST);
        var bomb = new byte[60_000];
        java.util.Arrays.fill(bomb, (byte) 0xbe);
        var fields = decode(decoder, bomb, LIST);
        assertThat(decoder.tooLarge()).isTrue();
        assertThat(fields).hasSizeLessThan(17);
        assertThat(decoder.listSize()).isEqualTo(60_000L * (7 + 4000 + 32));
        assertThat(decode(decoder, "be")).containsExactly("x-large: " + value);
        assertThat(decoder.tooLarge()).isFalse();
    }

    /// Writes literals for tests.
    static final class HpackEncoderText {
        byte[] literal(int pattern, String name, String value) {
            var out = new java.io.ByteArrayOutputStream();
            out.write(pattern);
            string(out, name);
            string(out, value);
            return out.toByteArray();
        }

        private static void string(java.io.ByteArrayOutputStream out, String text) {
            int size = text.length();
            if (size < 127) {
                out.write(size);
            } else {
                out.write(127);
                int rest = size - 127;
                while (rest >= 128) {
                    out.write((rest & 0x7f) | 0x80);
                    rest >>>= 7;
                }
                out.write(rest);
            }
            out.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
        }
    }
}
