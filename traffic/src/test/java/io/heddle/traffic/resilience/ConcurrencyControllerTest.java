package io.heddle.traffic.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConcurrencyControllerTest {
    private static final long MILLI = 1_000_000;

    private static ConcurrencySettings settings(Optional<Duration> fixed, double jitter) {
        return new ConcurrencySettings(
                "here",
                50,
                100,
                Duration.ofMillis(100),
                new ConcurrencySettings.Smallest(fixed, Duration.ofSeconds(60), 5, jitter, 3, 25));
    }

    /// As many requests as may pass, each `millis` long, all at once; when they have ended.
    private static long round(ConcurrencyController controller, long now, long millis) {
        int passed = 0;
        while (controller.enters()) {
            passed++;
        }
        for (int i = 0; i < passed; i++) {
            controller.ended(now, now + millis * MILLI);
        }
        return now + millis * MILLI;
    }

    /// One whose shortest time is 10 ms.
    private static ConcurrencyController measured(ConcurrencySettings settings) {
        var controller = new ConcurrencyController(settings, "in");
        controller.look(0, 0);
        assertThat(controller.figures().measuring()).isTrue();
        round(controller, 0, 10);
        controller.look(10 * MILLI, 0);
        assertThat(controller.figures().measuring()).as("three of five").isTrue();
        round(controller, 10 * MILLI, 10);
        controller.look(20 * MILLI, 0);
        assertThat(controller.figures().measuring()).isFalse();
        assertThat(controller.figures().shortest()).isBetween(98 * MILLI / 10, 10 * MILLI);
        return controller;
    }

    @Test
    void lets_pass_as_many_as_the_limit_says() {
        var controller = new ConcurrencyController(settings(Optional.empty(), 0), "in");
        assertThat(controller.limit()).isEqualTo(3);
        for (int i = 0; i < 3; i++) {
            assertThat(controller.enters()).isTrue();
        }
        assertThat(controller.enters()).isFalse();
        assertThat(controller.blocked()).isEqualTo(1);
        controller.cancelled();
        assertThat(controller.enters()).isTrue();
        assertThat(controller.outstanding()).isEqualTo(3);
    }

    @Test
    void the_limit_grows_while_requests_are_quick_and_falls_when_they_are_not() {
        var controller = measured(settings(Optional.empty(), 0));
        long now = 20 * MILLI;
        int before = controller.limit();
        for (int i = 0; i < 20; i++) {
            round(controller, now, 10);
            now += 100 * MILLI;
            controller.look(now, 0);
        }
        assertThat(before).isEqualTo(3);
        assertThat(controller.limit()).isEqualTo(100);
        assertThat(controller.figures().gradient()).isBetween(1200L, 1300L);
        for (int i = 0; i < 3; i++) {
            round(controller, now, 1000);
            now += 100 * MILLI;
            controller.look(now, 0);
        }
        assertThat(controller.limit()).isLessThan(40);
        assertThat(controller.figures().gradient()).isEqualTo(500);
    }

    @Test
    void a_window_without_requests_changes_nothing() {
        var controller = measured(settings(Optional.empty(), 0));
        int before = controller.limit();
        controller.look(1000 * MILLI, 0);
        assertThat(controller.limit()).isEqualTo(before);
    }

    @Test
    void the_shortest_time_is_measured_again_with_the_smallest_limit() {
        var controller = measured(settings(Optional.empty(), 50));
        long now = 20 * MILLI;
        for (int i = 0; i < 20; i++) {
            round(controller, now, 10);
            now += 100 * MILLI;
            controller.look(now, 0);
        }
        long due = 20 * MILLI + Duration.ofSeconds(60).toNanos();
        controller.look(due - 1, 0);
        assertThat(controller.figures().measuring()).isFalse();
        assertThat(controller.enters()).isTrue();
        controller.look(due, 0);
        assertThat(controller.figures().measuring()).isTrue();
        assertThat(controller.limit()).isEqualTo(3);
        controller.ended(due - 1, due + 900 * MILLI);
        for (int i = 0; i < 3; i++) {
            round(controller, due, 20);
        }
        controller.look(due + 1000 * MILLI, 0);
        assertThat(controller.figures().shortest())
                .as("what began before does not count")
                .isBetween(19 * MILLI, 20 * MILLI);
        assertThat(controller.limit()).isEqualTo(100);
    }

    @Test
    void jitter_makes_the_interval_longer_by_a_drawn_share() {
        var controller = new ConcurrencyController(settings(Optional.empty(), 50), "in");
        controller.look(0, 0);
        round(controller, 0, 10);
        round(controller, 0, 10);
        controller.look(20 * MILLI, Long.MIN_VALUE); // half of the jitter
        long due = 20 * MILLI + Duration.ofSeconds(75).toNanos();
        controller.look(due - 1, 0);
        assertThat(controller.figures().measuring()).isFalse();
        controller.look(due, 0);
        assertThat(controller.figures().measuring()).isTrue();
    }

    @Test
    void a_fixed_time_is_never_measured() {
        var controller = new ConcurrencyController(settings(Optional.of(Duration.ofMillis(10)), 0), "in");
        controller.look(0, 0);
        assertThat(controller.figures().measuring()).isFalse();
        long now = 0;
        for (int i = 0; i < 700; i++) {
            round(controller, now, 1000);
            now += 100 * MILLI;
            controller.look(now, 0);
            assertThat(controller.figures().measuring()).isFalse();
        }
        assertThat(controller.limit()).isEqualTo(3);
    }

    @Test
    void a_limit_that_stays_the_smallest_makes_the_measure_suspicious() {
        var controller = measured(settings(Optional.empty(), 0));
        long now = 20 * MILLI;
        int windows = 0;
        while (!controller.figures().measuring()) {
            round(controller, now, 1000);
            now += 100 * MILLI;
            controller.look(now, 0);
            windows++;
            assertThat(windows).isLessThan(20);
        }
        assertThat(windows).isGreaterThanOrEqualTo(5);
    }

    @Test
    void samples_are_exact_to_a_sixty_fourth() {
        var samples = new TimeSamples();
        assertThat(samples.percentile(50)).isEmpty();
        for (long value : new long[] {0, 1, 63, 64, 127, 128, 1000, 123_456_789, Long.MAX_VALUE}) {
            samples.clear();
            samples.add(value);
            long found = samples.percentile(100).orElseThrow();
            assertThat(found).isLessThanOrEqualTo(value).isGreaterThanOrEqualTo(value - value / 64 - 1);
        }
        samples.clear();
        for (int i = 1; i <= 100; i++) {
            samples.add(i);
        }
        assertThat(samples.percentile(90)).contains(90L);
        assertThat(samples.percentile(0)).contains(1L);
    }
}
