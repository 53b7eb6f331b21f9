package io.heddle.traffic.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DnsPolicyTest {
    private static DnsPolicy policy(boolean respectTtl, Duration jitter, Optional<DnsPolicy.Backoff> failures) {
        return new DnsPolicy(
                DnsPolicy.Family.AUTO, Duration.ofSeconds(5), respectTtl, jitter, failures, DnsResolution.SYSTEM);
    }

    @Test
    void the_records_time_to_live_counts_where_it_is_respected() {
        var ttl = Duration.ofSeconds(90);
        var plain = policy(false, Duration.ZERO, Optional.empty());
        var respecting = policy(true, Duration.ZERO, Optional.empty());
        assertThat(plain.afterAnswer(ttl, 7)).isEqualTo(Duration.ofSeconds(5));
        assertThat(respecting.afterAnswer(ttl, 7)).isEqualTo(ttl);
        assertThat(respecting.afterAnswer(Duration.ZERO, 7)).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void jitter_adds_less_than_its_whole() {
        var random = new SplittableRandom(1);
        var policy = policy(false, Duration.ofSeconds(2), Optional.empty());
        for (int i = 0; i < 1_000; i++) {
            assertThat(policy.afterAnswer(Duration.ZERO, random.nextLong()))
                    .isBetween(Duration.ofSeconds(5), Duration.ofSeconds(7).minusNanos(1));
        }
    }

    @Test
    void failures_are_waited_for_longer_and_longer_up_to_the_longest() {
        var random = new SplittableRandom(2);
        var policy = policy(
                false,
                Duration.ZERO,
                Optional.of(new DnsPolicy.Backoff(Duration.ofSeconds(1), Duration.ofSeconds(10))));
        for (int count = 1; count < 100; count++) {
            var whole = Duration.ofSeconds(count > 4 ? 10 : 1L << (count - 1));
            assertThat(policy.afterFailure(count, random.nextLong())).isBetween(whole.dividedBy(2), whole);
        }
        assertThat(policy(false, Duration.ZERO, Optional.empty()).afterFailure(9, 3))
                .isEqualTo(Duration.ofSeconds(5));
    }
}
