package io.heddle.traffic.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.layer.RuntimeCount;
import io.heddle.traffic.layer.RuntimeKey;
import io.heddle.traffic.layer.RuntimeLayer;
import io.heddle.traffic.layer.RuntimeNumber;
import io.heddle.traffic.layer.RuntimeSnapshot;
import io.heddle.traffic.layer.RuntimeValue;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AdmissionControllerTest {
    private static final long SEED = 20261127;
    private static final long SECOND = 1_000_000_000;
    private static final long MILLISECOND = 1_000_000;

    private static AdmissionController controller(double aggression, long quietRate, double most) {
        return new AdmissionController(new AdmissionSettings(
                "here",
                Duration.ofSeconds(10),
                RuntimeNumber.of(aggression),
                RuntimeNumber.of(95),
                RuntimeCount.of(quietRate),
                RuntimeNumber.of(most * 100),
                AdmissionSettings.Success.DEFAULT));
    }

    private static void ended(AdmissionController controller, long now, int successes, int failures) {
        for (int i = 0; i < successes; i++) {
            controller.ended(true, now);
        }
        for (int i = 0; i < failures; i++) {
            controller.ended(false, now);
        }
    }

    /// The share that is refused at `now`.
    private static double refused(AdmissionController controller, long now) {
        var random = new SplittableRandom(SEED);
        int refused = 0;
        for (int i = 0; i < 10_000; i++) {
            refused += controller.refuses(now, random.nextLong(), RuntimeSnapshot.EMPTY) ? 1 : 0;
        }
        return refused / 10_000.0;
    }

    @Test
    void nothing_is_refused_while_enough_succeed() {
        var controller = controller(1, 0, 0.8);
        assertThat(refused(controller, 0)).isZero();
        ended(controller, SECOND, 96, 4);
        assertThat(refused(controller, SECOND)).isZero();
    }

    @Test
    void a_runtime_overrides_how_much_is_refused() {
        var controller = new AdmissionController(new AdmissionSettings(
                "here",
                Duration.ofSeconds(10),
                RuntimeNumber.of(1),
                RuntimeNumber.of(95),
                new RuntimeCount(RuntimeKey.of("quiet"), 0),
                new RuntimeNumber(RuntimeKey.of("most"), 80),
                AdmissionSettings.Success.DEFAULT));
        ended(controller, SECOND, 0, 100);
        assertThat(controller.refuses(SECOND, 0, RuntimeSnapshot.EMPTY)).isTrue();
        for (var said :
                List.of(Map.of("most", RuntimeValue.of("0", 0)), Map.of("quiet", RuntimeValue.of("1e6", 1e6)))) {
            var runtime = new RuntimeSnapshot(List.of(new RuntimeLayer("s", said)));
            assertThat(controller.refuses(SECOND, 0, runtime)).isFalse();
        }
    }

    @Test
    void more_is_refused_the_more_fail() {
        var half = controller(1, 0, 0.8);
        ended(half, SECOND, 50, 50);
        // (100 - 50 / 0.95) / 101
        assertThat(refused(half, SECOND)).as("seed " + SEED).isBetween(0.45, 0.49);
        var aggressive = controller(2, 0, 0.8);
        ended(aggressive, SECOND, 50, 50);
        assertThat(refused(aggressive, SECOND)).as("seed " + SEED).isBetween(0.67, 0.70);
        var all = controller(1, 0, 0.8);
        ended(all, SECOND, 0, 100);
        assertThat(refused(all, SECOND)).as("seed " + SEED).isBetween(0.78, 0.82);
    }

    @Test
    void what_is_older_than_the_window_does_not_count() {
        var controller = controller(1, 0, 0.8);
        ended(controller, 3 * SECOND, 0, 100);
        assertThat(refused(controller, 12 * SECOND)).isPositive();
        assertThat(refused(controller, 13 * SECOND)).isZero();
        ended(controller, 13 * SECOND, 10, 0);
        assertThat(refused(controller, 13 * SECOND + MILLISECOND)).isZero();
    }

    @Test
    void what_comes_within_a_second_counts_at_once_beside_what_came_before() {
        var controller = controller(1, 0, 0.8);
        ended(controller, SECOND, 50, 0);
        ended(controller, 2 * SECOND, 50, 0);
        assertThat(refused(controller, 3 * SECOND)).isZero();
        ended(controller, 3 * SECOND, 0, 100);
        // (200 - 100 / 0.95) / 201
        assertThat(refused(controller, 3 * SECOND + MILLISECOND))
                .as("seed " + SEED)
                .isBetween(0.45, 0.49);
        assertThat(refused(controller, 12 * SECOND))
                .as("without the oldest 100")
                .isBetween(0.78, 0.82);
    }

    @Test
    void little_traffic_is_left_alone() {
        var controller = controller(1, 20, 0.8);
        ended(controller, SECOND, 0, 19);
        assertThat(refused(controller, SECOND)).isZero();
        ended(controller, SECOND, 0, 1);
        assertThat(refused(controller, SECOND + MILLISECOND - 1))
                .as("added up once a millisecond")
                .isZero();
        assertThat(refused(controller, SECOND + MILLISECOND)).isPositive();
    }

    @Test
    void servers_faults_are_failures_where_nothing_else_is_said() {
        var success = AdmissionSettings.Success.DEFAULT;
        assertThat(success.holds(404, -1)).isTrue();
        assertThat(success.holds(500, -1)).isFalse();
        assertThat(success.holds(200, 5)).isTrue();
        assertThat(success.holds(200, 14)).isFalse();
    }
}
