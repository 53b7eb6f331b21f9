package io.heddle.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Any octets in a target: as they are they are read without a fault, encoded they come back.
class PageQueryFuzzTest {
    @FuzzTest(maxDuration = "10s")
    void reads_any_octets(byte[] input) {
        check(input);
    }

    @Test
    void reads_random_octets() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        var characters = "%%%0aF?&=+/\u00e9^(".getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 0; i < 20_000; i++) {
            var octets = new byte[random.nextInt(12)];
            for (int at = 0; at < octets.length; at++) {
                octets[at] = characters[random.nextInt(characters.length)];
            }
            check(octets);
        }
    }

    private static void check(byte[] octets) {
        var text = new String(octets, StandardCharsets.ISO_8859_1);
        var read = PageQuery.of(text);
        assertThat(read.parameters())
                .hasSizeLessThanOrEqualTo(
                        1 + (int) text.chars().filter(c -> c == '&').count());
        var encoded = new StringBuilder("/a?b=");
        for (var octet : octets) {
            encoded.append('%').append(HexFormat.of().toHexDigits(octet));
        }
        var meant = new String(octets, StandardCharsets.UTF_8);
        assertThat(PageQuery.of(encoded.toString())).isEqualTo(new PageQuery("/a", encoded.substring(3)));
        assertThat(PageQuery.of(encoded.toString()).parameters()).isEqualTo(Map.of("b", meant));
        assertThat(PageQuery.of(encoded.toString()).form()).isEqualTo(Map.of("b", meant));
    }

    @Test
    void a_plus_sign_is_one_unless_a_form_is_read() {
        var read = PageQuery.of("/a+b?request=GET+http://a/&header=x-user%3a+ann%2Bbob");
        assertThat(read.path()).isEqualTo("/a+b");
        assertThat(read.parameters()).isEqualTo(Map.of("request", "GET+http://a/", "header", "x-user:+ann+bob"));
        assertThat(read.form()).isEqualTo(Map.of("request", "GET http://a/", "header", "x-user: ann+bob"));
    }
}
