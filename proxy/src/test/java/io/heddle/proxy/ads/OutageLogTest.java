package io.heddle.proxy.ads;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.proxy.ads.AdsClient.Loss;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class OutageLogTest {
    private static final Loss AWAY = new Loss("UNAVAILABLE: Connection refused", false);
    private static final Loss REFUSED = new Loss("PERMISSION_DENIED: another identity", true);

    private final AtomicLong now = new AtomicLong(1_000);
    private final OutageLog outages = new OutageLog(now::get);

    @Test
    void an_outage_is_told_when_it_begins_and_then_once_a_minute() {
        assertThat(outages.isDue(AWAY)).isTrue();
        now.addAndGet(Duration.ofSeconds(59).toNanos());
        assertThat(outages.isDue(AWAY)).isFalse();
        now.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(outages.isDue(AWAY)).isTrue();
        assertThat(outages.isDue(AWAY)).isFalse();
    }

    @Test
    void a_change_of_state_is_told_at_once() {
        outages.isDue(AWAY);
        assertThat(outages.isDue(REFUSED)).isTrue();
        assertThat(outages.isDue(AWAY)).isTrue();
        outages.ended();
        assertThat(outages.isDue(AWAY)).isTrue();
    }
}
