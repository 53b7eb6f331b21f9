package io.heddle.traffic.resilience.retry;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.request.HeaderFields;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.TextRequest;
import io.heddle.traffic.resilience.retry.Backoff.Told;
import io.heddle.traffic.resilience.retry.RetryDecider.Attempt;
import io.heddle.traffic.resilience.retry.RetryDecider.Decision;
import io.heddle.traffic.resilience.retry.RetryDecider.Outcome;
import io.heddle.traffic.resilience.retry.RetryPolicy.Condition;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// How long a retry waits.
class BackoffTest {
    private static final long NOW = 1_600_000_000_000L;
    private static final Backoff TOLD = new Backoff(
            Duration.ofMillis(25),
            Duration.ofMillis(250),
            List.of(new Told(HeaderName.of("retry-after"), false), new Told(HeaderName.of("x-ratelimit-reset"), true)),
            Duration.ofMinutes(5));

    private static HeaderFields answer(String name, String value) {
        return TextRequest.get("", "/", name, value);
    }

    private static Duration asked(String name, String value) {
        return TOLD.asked(answer(name, value), NOW, 0);
    }

    @Test
    void an_answer_tells_for_how_long_or_until_when_to_wait() {
        assertThat(asked("Retry-After", "120")).isEqualTo(Duration.ofMinutes(2));
        assertThat(asked("X-RateLimit-Reset", Long.toString(NOW / 1000 + 7))).isEqualTo(Duration.ofSeconds(7));
        assertThat(TOLD.asked(answer("retry-after", "10"), NOW, -1))
                .as("by chance up to half of it more")
                .isBetween(Duration.ofMillis(14_999), Duration.ofSeconds(15));
    }

    @Test
    void what_is_too_long_over_or_no_number_is_not_waited_for() {
        for (var value : List.of("301", "", "-5", "soon", "Wed, 21 Oct 2015 07:28:00 GMT", "0", "99999999999999999")) {
            assertThat(asked("retry-after", value)).as(value).isNegative();
        }
        assertThat(asked("x-ratelimit-reset", Long.toString(NOW / 1000 - 1))).isNegative();
        var both = TextRequest.get("", "/", "retry-after", "9999", "x-ratelimit-reset", Long.toString(NOW / 1000 + 3));
        assertThat(TOLD.asked(both, NOW, 0)).as("the next header counts").isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void a_retry_waits_as_the_answer_asks_and_says_so() {
        var policy = new RetryPolicy(
                Set.of(Condition.SERVER_ERROR), List.of(), List.of(), List.of(), 3, TOLD, FurtherHosts.ANY, false);
        var limited = new Outcome.Status(503, -1, answer("retry-after", "2"), NOW);
        assertThat(RetryDecider.decide(policy, new Attempt(0, limited, true, false, Long.MAX_VALUE), 0))
                .isEqualTo(new Decision.Retry(Duration.ofSeconds(2), true));
        assertThat(RetryDecider.decide(
                        policy,
                        new Attempt(
                                0, limited, true, false, Duration.ofSeconds(1).toNanos()),
                        0))
                .as("the request would be over by then")
                .isInstanceOf(Decision.Stop.class);
        var plain = new Outcome.Status(503, -1);
        assertThat(RetryDecider.decide(policy, new Attempt(0, plain, true, false, Long.MAX_VALUE), 0))
                .isEqualTo(new Decision.Retry(Duration.ZERO, false));
    }

    @Test
    void pauses_are_spread_evenly_below_a_bound_that_doubles() {
        long seed = System.nanoTime();
        var random = new SplittableRandom(seed);
        double[] bounds = {25, 75, 175, 250, 250};
        for (int retries = 0; retries < bounds.length; retries++) {
            double sum = 0;
            for (int i = 0; i < 20_000; i++) {
                double millis = TOLD.pause(retries, random.nextLong()).toNanos() / 1e6;
                assertThat(millis).as("seed %d", seed).isBetween(0.0, bounds[retries]);
                sum += millis;
            }
            assertThat(sum / 20_000 / bounds[retries])
                    .as("the mean of retry %d, seed %d", retries, seed)
                    .isBetween(0.48, 0.52);
        }
    }
}
