package io.heddle.traffic.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.balance.host.HostState;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// How requests avoid hosts that are slow.
class PeakEwmaTest {
    private static final Duration DECAY = Duration.ofSeconds(10);
    private static final long MILLI = Duration.ofMillis(1).toNanos();
    private static final BalancerPolicy POLICY = new BalancerPolicy.PeakEwma(DECAY, Duration.ofMillis(10));

    private final Picks picks = new Picks();

    private static double latency(HostState state, long now) {
        return state.latency(now, DECAY.toNanos(), 0) / MILLI;
    }

    @Test
    void a_peak_counts_at_once_and_fades_within_the_decay() {
        var state = new HostState();
        assertThat(state.latency(Picks.NOW, DECAY.toNanos(), 7)).as("unknown").isEqualTo(7);
        state.took(10 * MILLI, Picks.NOW, DECAY);
        assertThat(latency(state, Picks.NOW)).isCloseTo(10, within(0.01));
        state.took(500 * MILLI, Picks.NOW, DECAY);
        assertThat(latency(state, Picks.NOW)).isCloseTo(500, within(0.01));
        long later = Picks.NOW + DECAY.toNanos();
        assertThat(latency(state, later)).as("without an answer").isCloseTo(500 / Math.E, within(0.1));
        state.took(10 * MILLI, later, DECAY);
        assertThat(latency(state, later)).as("with one").isCloseTo(500 / Math.E + 10 * (1 - 1 / Math.E), within(0.1));
        long muchLater = later + Duration.ofDays(40).toNanos();
        assertThat(latency(state, muchLater)).isZero();
        state.took(10 * MILLI, muchLater, DECAY);
        assertThat(latency(state, muchLater)).isCloseTo(10, within(0.01));
    }

    @Test
    void another_loop_may_be_a_little_ahead() {
        var state = new HostState();
        state.took(10 * MILLI, Picks.NOW, DECAY);
        assertThat(latency(state, Picks.NOW - 20 * MILLI)).isCloseTo(10, within(0.01));
    }

    @Test
    void the_faster_of_two_is_taken() {
        var hosts = Picks.hosts(2, 0);
        var balancer = BuiltinBalancers.create(POLICY, hosts);
        hosts.get(0).state().took(5 * MILLI, Picks.NOW, DECAY);
        hosts.get(1).state().took(6 * MILLI, Picks.NOW, DECAY);
        assertThat(picks.counts(balancer, 100)).containsOnlyKeys(hosts.get(0));
    }

    @Test
    void requests_under_way_count_as_latency_to_come() {
        var hosts = Picks.hosts(2, 0);
        var balancer = BuiltinBalancers.create(POLICY, hosts);
        hosts.get(0).state().took(5 * MILLI, Picks.NOW, DECAY);
        hosts.get(1).state().took(6 * MILLI, Picks.NOW, DECAY);
        hosts.get(0).state().begin();
        assertThat(picks.counts(balancer, 100)).containsOnlyKeys(hosts.get(1));
    }

    @Test
    void a_heavy_host_may_have_more_under_way() {
        var hosts = List.of(
                Picks.host("light", 1, Endpoint.Health.HEALTHY, 0), Picks.host("heavy", 3, Endpoint.Health.HEALTHY, 0));
        var balancer = BuiltinBalancers.create(POLICY, hosts);
        hosts.forEach(host -> host.state().took(5 * MILLI, Picks.NOW, DECAY));
        hosts.get(0).state().begin();
        hosts.get(1).state().begin();
        hosts.get(1).state().begin();
        assertThat(picks.counts(balancer, 100)).containsOnlyKeys(hosts.get(1));
        hosts.get(1).state().begin();
        hosts.get(1).state().begin();
        assertThat(picks.counts(balancer, 100)).containsOnlyKeys(hosts.get(0));
    }

    @Test
    void a_slow_host_among_many_gets_next_to_nothing_and_is_tried_again_later() {
        var hosts = Picks.hosts(10, 0);
        var balancer = BuiltinBalancers.create(POLICY, hosts);
        IntStream.range(0, 10).forEach(i -> hosts.get(i).state().took((i == 0 ? 200 : 5) * MILLI, Picks.NOW, DECAY));
        var counts = picks.counts(balancer, 10_000);
        assertThat(counts.getOrDefault(hosts.get(0), 0))
                .as("seed " + Picks.SEED)
                .isZero();
        picks.now += Duration.ofSeconds(60).toNanos();
        for (int i = 1; i < 10; i++) {
            hosts.get(i).state().took(5 * MILLI, picks.now, DECAY);
        }
        assertThat(picks.counts(balancer, 1_000).get(hosts.get(0))).isPositive();
    }
}
