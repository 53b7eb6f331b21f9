package io.heddle.traffic.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.layer.RuntimeCount;
import io.heddle.traffic.layer.RuntimeNumber;
import io.heddle.traffic.resilience.AdmissionSettings.Success;
import io.heddle.traffic.resilience.ConcurrencySettings.Smallest;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ControllersTest {
    private static final Duration DRAIN = Duration.ofSeconds(10);

    private final AtomicInteger begun = new AtomicInteger();
    private final Controllers controllers = new Controllers(_ -> begun.incrementAndGet(), DRAIN);
    private long now = -5;

    private static ConcurrencySettings settings(String place, int smallest) {
        var least = new Smallest(Optional.of(Duration.ofMillis(1)), Duration.ofSeconds(1), 50, 0, smallest, 0);
        return new ConcurrencySettings(place, 50, 100, Duration.ofSeconds(1), least);
    }

    private static AdmissionSettings admission(String place, long quietRate) {
        return new AdmissionSettings(
                place,
                Duration.ofSeconds(30),
                RuntimeNumber.of(1),
                RuntimeNumber.of(95),
                RuntimeCount.of(quietRate),
                RuntimeNumber.of(80),
                Success.DEFAULT);
    }

    private ConcurrencyController of(ConcurrencySettings settings) {
        return controllers.of(settings, "in", now);
    }

    @Test
    void a_place_keeps_its_controller_as_long_as_its_settings_are_the_same() {
        var kept = of(settings("here", 1));
        assertThat(of(settings("here", 1))).isSameAs(kept);
        assertThat(of(settings("there", 1))).isNotSameAs(kept);
        assertThat(of(settings("here", 2))).isNotSameAs(kept);
        assertThat(begun).as("the clock is started once").hasValue(1);
    }

    @Test
    void chains_that_drain_and_new_ones_take_nothing_from_each_other() {
        var old = of(settings("here", 1));
        var fresh = of(settings("here", 2));
        for (int turn = 0; turn < 3; turn++) {
            now += DRAIN.toNanos();
            assertThat(of(settings("here", 1))).isSameAs(old);
            assertThat(of(settings("here", 2))).isSameAs(fresh);
        }
        assertThat(controllers.concurrency()).containsExactly(fresh);
    }

    /// While a chain drains its requests and those of the new one come in turns.
    @Test
    void requests_of_two_chains_wait_for_nobody() {
        var old = of(settings("here", 1));
        var fresh = of(settings("here", 2));
        var known = controllers.of(admission("here", 1), now);
        var other = controllers.of(admission("here", 2), now);
        synchronized (controllers) {
            assertThat(CompletableFuture.runAsync(() -> {
                        for (int turn = 0; turn < 3; turn++) {
                            now++;
                            assertThat(of(settings("here", 1))).isSameAs(old);
                            assertThat(of(settings("here", 2))).isSameAs(fresh);
                            assertThat(controllers.of(admission("here", 1), now))
                                    .isSameAs(known);
                            assertThat(controllers.of(admission("here", 2), now))
                                    .isSameAs(other);
                        }
                    }))
                    .succeedsWithin(Duration.ofSeconds(20));
        }
    }

    @Test
    void what_was_left_is_forgotten_after_the_time_to_drain() {
        var old = of(settings("here", 1));
        of(settings("here", 2));
        var first = controllers.of(admission("here", 1), now);
        controllers.of(admission("here", 2), now);
        now += DRAIN.plusMillis(100).toNanos() + 1;
        of(settings("there", 1));
        controllers.of(admission("there", 1), now);
        assertThat(of(settings("here", 1))).isNotSameAs(old);
        assertThat(controllers.of(admission("here", 1), now)).isNotSameAs(first);
    }

    @Test
    void settings_that_come_back_in_time_find_what_they_knew() {
        var old = of(settings("here", 1));
        var known = controllers.of(admission("here", 1), now);
        of(settings("here", 2));
        controllers.of(admission("here", 2), now);
        now += DRAIN.toNanos();
        assertThat(of(settings("here", 1))).isSameAs(old);
        assertThat(controllers.of(admission("here", 1), now)).isSameAs(known);
    }
}
