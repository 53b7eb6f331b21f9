package io.heddle.proxy.exchange.head;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.proxy.http.HttpRequestHead;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GrpcTimeoutTest {
    @ParameterizedTest
    @CsvSource({
        "1H, 0, PT1H",
        "90M, 0, PT1H30M",
        "2S, 0, PT2S",
        "250m, 0, PT0.25S",
        "50u, 0, PT0.00005S",
        "7n, 0, PT0.000000007S",
        "99999999H, 5000, PT5S",
        "99999999H, 0, PT8760H",
        "99999999M, 0, PT8760H",
        "99999999S, 0, PT8760H",
        "10S, 5000, PT5S",
        "1S, 5000, PT1S",
        "123456789S, 0, PT0S",
        "S, 0, PT0S",
        "1, 0, PT0S",
        "-1S, 0, PT0S",
        "1x, 0, PT0S"
    })
    void reads_digits_and_a_unit(String value, long longest, Duration expected) {
        var head = new HttpRequestHead();
        var lines = head.lines();
        lines.beginLine();
        lines.append("grpc-timeout");
        lines.endName();
        lines.append(value);
        lines.endLine();
        assertThat(GrpcTimeout.of(head, Duration.ofMillis(longest))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"0", "5000"})
    void a_request_that_says_none_has_none(long longest) {
        assertThat(GrpcTimeout.of(new HttpRequestHead(), Duration.ofMillis(longest)))
                .isEqualTo(Duration.ZERO);
    }
}
