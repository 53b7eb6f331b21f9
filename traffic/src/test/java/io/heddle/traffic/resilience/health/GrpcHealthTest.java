package io.heddle.traffic.resilience.health;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The messages of gRPC's health service.
class GrpcHealthTest {
    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    @Test
    void asks_for_a_service_or_for_the_server() {
        assertThat(hex(GrpcHealth.request(""))).isEqualTo("0000000000");
        assertThat(hex(GrpcHealth.request("shop"))).isEqualTo("00000000060a0473686f70");
        var longer = GrpcHealth.request("s".repeat(200));
        assertThat(hex(longer)).startsWith("00000000cb0ac801" + "73");
        assertThat(longer).hasSize(5 + 3 + 200);
        assertThat(new String(longer, 8, 200, StandardCharsets.UTF_8)).isEqualTo("s".repeat(200));
    }

    @ParameterizedTest
    @CsvSource({
        "00000000020801, true",
        "00000000020802, false",
        "00000000020800, false",
        "0000000000, false",
        "000000000408020801, true", // the last one counts
        "00000000041001" + "0801, true", // another number before
        "0000000008" + "120478797a78" + "0801, true", // a text before
        "000000000b" + "11" + "0000000000000000" + "0801, true",
        "0000000007" + "15" + "00000000" + "0801, true",
        "01000000020801, false", // compressed
        "00000000030801, false", // less than announced
        "00000000010801, false", // more
        "0000000003080180, false", // a number without an end
        "00000000041a7f0801, false", // a length beyond the end
        "0000000003" + "130801, false", // a group
        "00000000, false"
    })
    void an_answer_says_whether_the_service_serves(String answer, boolean serving) {
        var bytes = HexFormat.of().parseHex(answer);
        assertThat(GrpcHealth.isServing(bytes, bytes.length)).isEqualTo(serving);
    }

    @FuzzTest
    void whatever_comes_is_an_answer_or_none(byte[] bytes) {
        GrpcHealth.isServing(bytes, bytes.length);
    }
}
