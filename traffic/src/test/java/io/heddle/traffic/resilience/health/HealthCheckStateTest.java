package io.heddle.traffic.resilience.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.resilience.health.HealthCheck.Intervals;
import io.heddle.traffic.resilience.health.HealthCheck.Jitter;
import io.heddle.traffic.resilience.health.HealthCheck.Logs;
import io.heddle.traffic.resilience.health.HealthCheck.Probe;
import io.heddle.traffic.resilience.health.HealthCheck.Result;
import io.heddle.traffic.resilience.health.HealthCheck.Statuses;
import io.heddle.traffic.resilience.health.HealthCheckState.Change;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What checks make of a host.
class HealthCheckStateTest {
    private static HealthCheck check(Jitter jitter) {
        var intervals = new Intervals(
                Duration.ofSeconds(1),
                Duration.ofSeconds(2),
                Duration.ofSeconds(3),
                Duration.ofSeconds(4),
                Duration.ofSeconds(5),
                Duration.ofSeconds(6),
                jitter);
        return new HealthCheck(
                Duration.ofSeconds(1),
                intervals,
                2,
                3,
                true,
                Optional.empty(),
                Logs.CHANGES,
                new Probe.Tcp("", List.of()));
    }

    private static HealthCheckState state(boolean healthy) {
        return new HealthCheckState(check(Jitter.NONE), healthy);
    }

    private static List<Change> changes(HealthCheckState state, Result... results) {
        return Arrays.stream(results).map(state::checked).toList();
    }

    @Test
    void the_first_success_is_enough_and_later_ones_must_reach_the_threshold() {
        var state = state(false);
        assertThat(changes(state, Result.WELL)).containsExactly(Change.FIRST_HEALTHY);
        assertThat(changes(state, Result.NETWORK, Result.WELL, Result.TIMEOUT, Result.NETWORK))
                .as("a success ends the row")
                .containsExactly(Change.NONE, Change.NONE, Change.NONE, Change.UNHEALTHY);
        assertThat(changes(state, Result.WELL, Result.WELL, Result.NETWORK, Result.WELL, Result.WELL, Result.WELL))
                .containsExactly(Change.NONE, Change.NONE, Change.NONE, Change.NONE, Change.NONE, Change.HEALTHY);
    }

    @Test
    void a_host_whose_first_check_fails_has_to_reach_the_threshold() {
        assertThat(changes(state(false), Result.NETWORK, Result.WELL, Result.WELL, Result.WELL))
                .containsExactly(Change.NONE, Change.NONE, Change.NONE, Change.HEALTHY);
    }

    @Test
    void a_host_that_says_it_is_ill_is_unhealthy_at_once() {
        assertThat(changes(state(true), Result.ILL)).containsExactly(Change.UNHEALTHY);
        var http = new Probe.Http(
                false, "GET", "", "/", List.of(), List.of(new Statuses(200, 300)), List.of(new Statuses(503, 504)));
        assertThat(List.of(http.judge(204), http.judge(300), http.judge(503), http.judge(504)))
                .containsExactly(Result.WELL, Result.ILL, Result.RETRIABLE, Result.ILL);
        assertThat(changes(state(true), Result.RETRIABLE, Result.WELL, Result.NETWORK, Result.RETRIABLE))
                .containsExactly(Change.NONE, Change.NONE, Change.NONE, Change.UNHEALTHY);
    }

    @Test
    void the_interval_goes_by_health_traffic_and_whether_a_change_is_near() {
        var healthy = state(true);
        assertThat(healthy.next(true, 0)).hasSeconds(1);
        assertThat(healthy.next(false, 0)).hasSeconds(3);
        healthy.checked(Result.NETWORK);
        assertThat(healthy.next(true, 0)).hasSeconds(5);
        healthy.checked(Result.NETWORK);
        assertThat(healthy.next(true, 0)).hasSeconds(4);
        assertThat(healthy.next(false, 0)).hasSeconds(2);
        healthy.checked(Result.WELL);
        assertThat(healthy.next(true, 0)).hasSeconds(6);
    }

    @Test
    void jitter_makes_intervals_longer_by_chance() {
        var jitter = new Jitter(Duration.ofSeconds(8), Duration.ofSeconds(1), 50);
        var state = new HealthCheckState(check(jitter), true);
        assertThat(state.next(true, 0)).hasSeconds(1);
        assertThat(state.next(true, Long.MIN_VALUE)).as("half of 1.5 s more").isEqualTo(Duration.ofMillis(1750));
        assertThat(state.begin(Long.MIN_VALUE)).hasSeconds(4);
    }

    @Test
    void what_is_expected_over_tcp_must_come_in_order() {
        var tcp = new Probe.Tcp("", List.of("ab", "b"));
        assertThat(tcp.isSatisfiedBy("xabyb")).isTrue();
        assertThat(tcp.isSatisfiedBy("bab")).isFalse();
        assertThat(new Probe.Tcp("", List.of()).isSatisfiedBy("")).isTrue();
    }

    @Test
    void a_host_that_refused_requests_must_be_well_as_often_as_any_other() {
        var state = state(true);
        state.checked(Result.WELL);
        state.refused();
        assertThat(state.healthy()).isFalse();
        assertThat(changes(state, Result.WELL, Result.WELL, Result.WELL))
                .containsExactly(Change.NONE, Change.NONE, Change.HEALTHY);
    }
}
