package io.heddle.traffic.resilience.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.balance.host.HostState;
import io.heddle.traffic.request.PeerMetadata;
import io.heddle.traffic.resilience.health.OutlierPolicy.Ejections;
import io.heddle.traffic.resilience.health.OutlierPolicy.FailurePercentage;
import io.heddle.traffic.resilience.health.OutlierPolicy.Row;
import io.heddle.traffic.resilience.health.OutlierPolicy.SuccessRate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Outlier detection by a clock of numbers: a nanosecond is the unit here.
class OutlierDetectorTest {
    private static final Ejections UNLIMITED =
            new Ejections(Duration.ofNanos(30), Duration.ofNanos(70), Duration.ZERO, 100, false);
    private static final Row NEVER = new Row(0, 0);
    private static final SuccessRate NO_RATE = new SuccessRate(1000, 1, 1.9, 100, 100);
    private static final FailurePercentage NO_PERCENTAGE = new FailurePercentage(100, 1000, 1, 0, 0);

    private final List<OutlierEvent> events = new ArrayList<>();
    private long chance;

    private static List<Host> hosts(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new Host(
                        new Endpoint("10.0.0." + i, 80, 1, Endpoint.Health.HEALTHY, 0, Map.of(), PeerMetadata.UNKNOWN),
                        new HostState()))
                .toList();
    }

    private static OutlierPolicy rows(Ejections ejections, Row errors, Row gateway, Row local, boolean split) {
        return new OutlierPolicy(
                Duration.ofNanos(10), ejections, errors, gateway, local, split, NO_RATE, NO_PERCENTAGE, true);
    }

    private static OutlierPolicy rates(boolean split, SuccessRate rate, FailurePercentage percentage) {
        return new OutlierPolicy(Duration.ofNanos(10), UNLIMITED, NEVER, NEVER, NEVER, split, rate, percentage, true);
    }

    private OutlierDetector detector(OutlierPolicy policy, List<Host> hosts) {
        var detector = new OutlierDetector(policy, () -> chance, events::add);
        detector.watch(policy, hosts);
        return detector;
    }

    private static OutlierPolicy errors(Ejections ejections) {
        return rows(ejections, new Row(3, 100), NEVER, NEVER, false);
    }

    private static void answers(OutlierMonitor monitor, long now, int... statuses) {
        for (int status : statuses) {
            monitor.answered(status, now);
        }
    }

    @Test
    void answers_5xx_in_a_row_eject_a_host_and_a_success_ends_the_row() {
        var hosts = hosts(2);
        var detector = detector(errors(UNLIMITED), hosts);
        var state = hosts.getFirst().state();
        var monitor = detector.monitor(state);
        answers(monitor, 0, 500, 503, 200, 500, 404, 500, 500);
        assertThat(state.isEjected(1)).isFalse();
        answers(monitor, 0, 599);
        assertThat(state.isEjected(29)).isTrue();
        assertThat(state.isEjected(30)).isFalse();
        assertThat(detector.active(29)).isEqualTo(1);
        assertThat(detector.enforced(EjectionType.CONSECUTIVE_5XX)).isEqualTo(1);
        assertThat(events)
                .containsExactly(new OutlierEvent.Ejected(
                        "10.0.0.0:80", 1, EjectionType.CONSECUTIVE_5XX, true, OutlierEvent.Rates.NONE));
        detector.look(30);
        assertThat(events)
                .last()
                .isEqualTo(new OutlierEvent.Readmitted("10.0.0.0:80", 1, Optional.of(Duration.ofNanos(30))));
        answers(monitor, 35, 500, 500, 500);
        assertThat(events.getLast().since()).contains(Duration.ofNanos(5));
    }

    @Test
    void each_ejection_lasts_longer_up_to_the_longest_and_intervals_in_service_are_forgiven() {
        var hosts = hosts(1);
        var detector = detector(errors(UNLIMITED), hosts);
        var state = hosts.getFirst().state();
        long[] lengths = {30, 60, 70, 70, 70};
        long now = 0;
        for (long length : lengths) {
            answers(detector.monitor(state), now, 500, 500, 500);
            assertThat(state.ejectedUntil()).isEqualTo(now + length);
            now = state.ejectedUntil();
        }
        assertThat(state.ejections()).as("more would not make it longer").isEqualTo(3);
        detector.look(now); // tells that it has ended
        assertThat(state.ejections()).isEqualTo(3);
        for (int i = 0; i < 5; i++) {
            detector.look(now);
        }
        assertThat(state.ejections()).isZero();
        answers(detector.monitor(state), now, 500, 500, 500);
        assertThat(state.ejectedUntil()).isEqualTo(now + 30);
    }

    @Test
    void jitter_makes_an_ejection_longer_by_chance() {
        var jitter = new Ejections(Duration.ofNanos(30), Duration.ofNanos(30), Duration.ofNanos(9), 100, false);
        var hosts = hosts(2);
        var detector = detector(errors(jitter), hosts);
        answers(detector.monitor(hosts.get(0).state()), 0, 500, 500, 500);
        assertThat(hosts.get(0).state().ejectedUntil()).isEqualTo(30);
        chance = Long.MIN_VALUE / 2; // three quarters of the range; of ten steps the eighth
        answers(detector.monitor(hosts.get(1).state()), 0, 500, 500, 500);
        assertThat(hosts.get(1).state().ejectedUntil()).isEqualTo(30 + 7);
    }

    @Test
    void no_more_hosts_are_ejected_than_may_be_but_one_always_where_that_is_wanted() {
        var some = new Ejections(Duration.ofNanos(30), Duration.ofNanos(30), Duration.ZERO, 50, false);
        var hosts = hosts(4);
        var detector = detector(errors(some), hosts);
        hosts.forEach(host -> answers(detector.monitor(host.state()), 0, 500, 500, 500));
        assertThat(detector.active(0)).isEqualTo(2);
        assertThat(detector.overflow()).isEqualTo(2);
        assertThat(detector.detected(EjectionType.CONSECUTIVE_5XX)).isEqualTo(4);

        for (boolean one : new boolean[] {false, true}) {
            var few = new Ejections(Duration.ofNanos(30), Duration.ofNanos(30), Duration.ZERO, 10, one);
            var three = hosts(3);
            var other = detector(errors(few), three);
            three.forEach(host -> answers(other.monitor(host.state()), 0, 500, 500, 500));
            assertThat(other.active(0)).isEqualTo(one ? 1 : 0);
        }
    }

    @Test
    void an_outlier_is_ejected_as_often_as_is_enforced() {
        var hosts = hosts(2);
        var detector = detector(rows(UNLIMITED, new Row(3, 50), NEVER, NEVER, false), hosts);
        chance = -1; // the last of the range
        answers(detector.monitor(hosts.get(0).state()), 0, 500, 500, 500);
        assertThat(detector.active(0)).isZero();
        assertThat(events)
                .containsExactly(new OutlierEvent.Ejected(
                        "10.0.0.0:80", 0, EjectionType.CONSECUTIVE_5XX, false, OutlierEvent.Rates.NONE));
        chance = 0;
        answers(detector.monitor(hosts.get(0).state()), 0, 500, 500, 500);
        assertThat(detector.active(0)).isEqualTo(1);
    }

    @Test
    void gateway_failures_are_502_503_504_and_what_was_not_answered() {
        var hosts = hosts(3);
        var detector = detector(rows(UNLIMITED, NEVER, new Row(3, 100), NEVER, false), hosts);
        var mixed = detector.monitor(hosts.get(0).state());
        answers(mixed, 0, 502, 503, 500, 504, 502);
        assertThat(detector.active(0)).isZero();
        mixed.failed(0);
        assertThat(hosts.get(0).state().isEjected(1)).isTrue();
        var silent = detector.monitor(hosts.get(1).state());
        silent.timedOut(0);
        silent.connected(false, 0);
        silent.failed(0);
        silent.connected(true, 0);
        silent.failed(0);
        assertThat(hosts.get(1).state().isEjected(1))
                .as("a whole connection is a success")
                .isFalse();
        assertThat(detector.detected(EjectionType.CONSECUTIVE_LOCAL_ORIGIN_FAILURE))
                .isZero();
    }

    @Test
    void failures_without_an_answer_are_judged_apart_where_they_are_split() {
        var hosts = hosts(2);
        var detector = detector(rows(UNLIMITED, new Row(3, 100), NEVER, new Row(2, 100), true), hosts);
        var monitor = detector.monitor(hosts.getFirst().state());
        monitor.failed(0);
        answers(monitor, 0, 500, 500, 200);
        monitor.connected(false, 0);
        monitor.timedOut(0);
        assertThat(detector.active(0)).isZero();
        monitor.failed(0);
        assertThat(detector.enforced(EjectionType.CONSECUTIVE_LOCAL_ORIGIN_FAILURE))
                .isEqualTo(1);
    }

    private static void requests(OutlierMonitor monitor, int good, int bad) {
        IntStream.range(0, good).forEach(_ -> monitor.answered(200, 0));
        IntStream.range(0, bad).forEach(_ -> monitor.answered(500, 0));
    }

    @Test
    void a_host_that_succeeds_much_less_often_than_the_others_is_ejected() {
        var hosts = hosts(6);
        var detector = detector(rates(false, new SuccessRate(5, 100, 1.9, 100, 100), NO_PERCENTAGE), hosts);
        hosts.subList(0, 5).forEach(host -> requests(detector.monitor(host.state()), 100, 0));
        var bad = detector.monitor(hosts.get(5).state());
        requests(bad, 49, 50);
        detector.look(1);
        assertThat(detector.active(1)).as("99 requests are too few").isZero();
        hosts.subList(0, 5).forEach(host -> requests(detector.monitor(host.state()), 100, 0));
        requests(bad, 50, 50);
        detector.look(2);
        assertThat(hosts.get(5).state().isEjected(3)).isTrue();
        assertThat(detector.enforced(EjectionType.SUCCESS_RATE)).isEqualTo(1);
        var rates = ((OutlierEvent.Ejected) events.getFirst()).rates();
        assertThat(rates.host()).contains(50.0);
        assertThat(rates.average().orElseThrow()).isBetween(91.6, 91.7);
        assertThat(rates.threshold().orElseThrow()).isBetween(56.2, 56.3);
        detector.look(100);
        assertThat(detector.active(100)).as("each interval is counted anew").isZero();
    }

    @Test
    void a_host_whose_requests_fail_too_often_is_ejected_whatever_the_others_do() {
        var hosts = hosts(3);
        var detector = detector(rates(true, NO_RATE, new FailurePercentage(80, 3, 10, 100, 100)), hosts);
        requests(detector.monitor(hosts.get(0).state()), 2, 8);
        requests(detector.monitor(hosts.get(1).state()), 3, 7);
        requests(detector.monitor(hosts.get(2).state()), 1, 9);
        detector.look(1);
        assertThat(detector.enforced(EjectionType.FAILURE_PERCENTAGE)).isEqualTo(2);
        assertThat(hosts.get(1).state().isEjected(2)).isFalse();

        var others = hosts(3);
        var local = detector(rates(true, NO_RATE, new FailurePercentage(80, 3, 10, 100, 100)), others);
        others.forEach(host ->
                IntStream.range(0, 10).forEach(_ -> local.monitor(host.state()).connected(true, 0)));
        IntStream.range(0, 60).forEach(_ -> local.monitor(others.get(0).state()).failed(0));
        local.look(1);
        assertThat(local.enforced(EjectionType.FAILURE_PERCENTAGE_LOCAL_ORIGIN)).isEqualTo(1);
        assertThat(local.enforced(EjectionType.FAILURE_PERCENTAGE)).isZero();
    }

    @Test
    void a_health_check_that_succeeds_ends_an_ejection_and_other_hosts_keep_what_is_known_of_them() {
        var hosts = hosts(2);
        var detector = detector(errors(UNLIMITED), hosts);
        var monitor = detector.monitor(hosts.getFirst().state());
        answers(monitor, 0, 500, 500, 500);
        monitor.checkedWell(1);
        assertThat(detector.active(1)).isZero();
        answers(monitor, 1, 500, 500);
        detector.watch(errors(UNLIMITED), hosts.subList(0, 1));
        answers(monitor, 1, 500);
        assertThat(detector.active(1)).isEqualTo(1);
        detector.watch(errors(UNLIMITED), List.of());
        answers(monitor, 1000, 500, 500, 500);
        assertThat(detector.detected(EjectionType.CONSECUTIVE_5XX))
                .as("a host that is gone")
                .isEqualTo(2);
    }
}
