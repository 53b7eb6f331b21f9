package io.heddle.proxy.upstream.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class InterimAnswersTest {
    private static final long SECOND = 1_000_000_000L;

    private final InterimAnswers answers = new InterimAnswers();

    private int most(long now) {
        int came = 0;
        while (answers.mayCome(now)) {
            came++;
        }
        return came;
    }

    @Test
    void a_burst_may_come_and_then_one_a_second() {
        answers.start(5 * SECOND);
        assertThat(most(5 * SECOND)).isEqualTo(32);
        for (int i = 6; i < 200; i++) {
            assertThat(answers.mayCome(i * SECOND + SECOND / 2))
                    .as("second %s", i)
                    .isTrue();
        }
    }

    @Test
    void another_request_begins_anew() {
        answers.start(0);
        most(0);
        answers.start(SECOND / 2);
        assertThat(most(SECOND / 2)).isEqualTo(32);
    }

    @Test
    void a_long_silence_saves_up_no_more_than_a_burst() {
        answers.start(0);
        assertThat(most(1_000 * SECOND)).isEqualTo(32);
    }

    @Test
    void those_that_clients_know_are_passed_on() {
        assertThat(IntStream.range(100, 200).filter(InterimAnswers::isPassedOn)).containsExactly(100, 102, 103, 104);
    }
}
