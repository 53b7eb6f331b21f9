package io.heddle.proxy.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestHeadsTest {
    @ParameterizedTest
    @CsvSource({
        "PT0.000000001S, 1n",
        "PT0.099999999S, 99999999n",
        "PT0.1S, 100000u",
        "PT99.999999S, 99999999u",
        "PT100S, 100000m",
        "PT27H46M40S, 100000S",
        "PT100000000S, 1666667M"
    })
    void a_deadline_is_written_in_eight_digits_and_never_shortened(Duration deadline, String expected) {
        assertThat(RequestHeads.timeout(deadline)).isEqualTo(expected);
    }

    @Test
    void a_deadline_beyond_every_clock_is_the_longest_there_is() {
        assertThat(RequestHeads.timeout(Duration.ofSeconds(Long.MAX_VALUE))).isEqualTo("99999999H");
    }
}
