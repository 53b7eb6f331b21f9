package io.heddle.proxy.http2.hpack;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The table-driven decoder against one that compares bit strings.
class HuffmanTest {
    private static final String[] CODES = codes();

    /// Canonical codes of the lengths: in order of length, then of symbol.
    private static String[] codes() {
        var codes = new String[257];
        var code = BigInteger.ZERO;
        for (int length = 1; length <= 30; length++) {
            code = code.shiftLeft(1);
            for (int symbol = 0; symbol < 257; symbol++) {
                if (Huffman.length(symbol) == length) {
                    var bits = code.toString(2);
                    codes[symbol] = "0".repeat(length - bits.length()) + bits;
                    code = code.add(BigInteger.ONE);
                }
            }
        }
        return codes;
    }

    static byte[] encode(byte[] text) {
        var bits = new StringBuilder();
        for (byte octet : text) {
            bits.append(CODES[octet & 0xff]);
        }
        while (bits.length() % 8 != 0) {
            bits.append('1');
        }
        var bytes = new byte[bits.length() / 8];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Integer.parseInt(bits.substring(i * 8, i * 8 + 8), 2);
        }
        return bytes;
    }

    private static String decode(byte[] in) {
        var out = new byte[Huffman.maxDecoded(in.length)];
        int end = Huffman.decode(in, 0, in.length, out, 0);
        return end < 0 ? "malformed" : new String(out, 0, end, StandardCharsets.ISO_8859_1);
    }

    private static String naive(byte[] in) {
        var bits = new StringBuilder();
        for (byte octet : in) {
            bits.append(Integer.toBinaryString((octet & 0xff) | 0x100), 1, 9);
        }
        var text = new StringBuilder();
        int at = 0;
        while (true) {
            int symbol = symbol(bits, at);
            if (symbol < 0) {
                var rest = bits.substring(at);
                return rest.length() < 8 && !rest.contains("0") ? text.toString() : "malformed";
            }
            if (symbol == 256) {
                return "malformed";
            }
            text.append((char) symbol);
            at += CODES[symbol].length();
        }
    }

    private static int symbol(StringBuilder bits, int at) {
        for (int symbol = 0; symbol < 257; symbol++) {
            var code = CODES[symbol];
            if (at + code.length() <= bits.length()
                    && bits.substring(at, at + code.length()).equals(code)) {
                return symbol;
            }
        }
        return -1;
    }

    @Test
    void codes_are_those_of_the_rfc() {
        assertThat(CODES['0']).isEqualTo("00000");
        assertThat(CODES['a']).isEqualTo("00011");
        assertThat(CODES['~']).isEqualTo("1111111111101");
        assertThat(CODES[0]).isEqualTo("1111111111000");
        assertThat(CODES[249]).isEqualTo("1111111111111111111111111110");
        assertThat(CODES[22]).isEqualTo("111111111111111111111111111110");
        assertThat(CODES[256]).isEqualTo("1".repeat(30));
    }

    @Test
    void every_octet_comes_back() {
        for (int octet = 0; octet < 256; octet++) {
            var text = new byte[] {(byte) octet, 'x', (byte) octet};
            assertThat(decode(encode(text))).isEqualTo(new String(text, StandardCharsets.ISO_8859_1));
        }
    }

    @Test
    void random_bytes_are_read_as_the_naive_decoder_reads_them() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            var in = new byte[random.nextInt(12)];
            random.nextBytes(in);
            if (in.length > 0 && random.nextBoolean()) {
                Arrays.fill(in, random.nextInt(in.length), in.length, (byte) 0xff);
            }
            assertThat(decode(in)).isEqualTo(naive(in));
        }
    }

    @FuzzTest(maxDuration = "10s")
    void fuzzed_bytes_are_read_as_the_naive_decoder_reads_them(byte[] input) {
        var in = Arrays.copyOf(input, Math.min(input.length, 64));
        assertThat(decode(in)).isEqualTo(naive(in));
        assertThat(decode(encode(in))).isEqualTo(new String(in, StandardCharsets.ISO_8859_1));
    }
}
