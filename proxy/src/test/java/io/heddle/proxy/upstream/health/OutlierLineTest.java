package io.heddle.proxy.upstream.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.resilience.health.EjectionType;
import io.heddle.traffic.resilience.health.OutlierEvent;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Ejections as lines of JSON.
class OutlierLineTest {
    private static final String HOST = "10.0.0.1:80";

    @Test
    void a_row_of_failures_is_told_without_rates() {
        var event = new OutlierEvent.Ejected(HOST, 2, EjectionType.CONSECUTIVE_5XX, true, OutlierEvent.Rates.NONE);
        assertThat(OutlierLine.json("a\"b", event))
                .startsWith(
                        "{\"type\":\"CONSECUTIVE_5XX\",\"cluster_name\":\"a\\u0022b\",\"upstream_url\":\"10.0.0.1:80\","
                                + "\"action\":\"EJECT\",\"num_ejections\":2,\"enforced\":true,\"eject_consecutive_event\":{},"
                                + "\"timestamp\":\"20")
                .endsWith("Z\"}");
    }

    @Test
    void rates_are_told_in_whole_percents() {
        var rates = new OutlierEvent.Rates(Optional.of(49.6), Optional.of(99.2), Optional.of(90.0));
        assertThat(OutlierLine.json("a", new OutlierEvent.Ejected(HOST, 1, EjectionType.SUCCESS_RATE, false, rates)))
                .contains("\"enforced\":false,\"eject_success_rate_event\":{\"host_success_rate\":50,"
                        + "\"cluster_average_success_rate\":99,\"cluster_success_rate_ejection_threshold\":90}");
        var failing = new OutlierEvent.Rates(Optional.of(3.0), Optional.empty(), Optional.empty());
        assertThat(OutlierLine.json(
                        "a", new OutlierEvent.Ejected(HOST, 1, EjectionType.FAILURE_PERCENTAGE, true, failing)))
                .contains("\"eject_failure_percentage_event\":{\"host_success_rate\":3}");
    }

    @Test
    void the_end_of_an_ejection_is_told() {
        var event = new OutlierEvent.Readmitted(HOST, 1, Optional.of(Duration.ofMillis(30_900)));
        assertThat(OutlierLine.json("a", event))
                .startsWith("{\"secs_since_last_action\":\"30\",\"cluster_name\":\"a\",")
                .contains("\"action\":\"UNEJECT\",\"num_ejections\":1,");
    }
}
