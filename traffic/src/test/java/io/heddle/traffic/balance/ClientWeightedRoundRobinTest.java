package io.heddle.traffic.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.balance.host.LoadReport;
import io.heddle.traffic.balance.host.WeightRules;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// How requests are shared by what hosts report of their load.
class ClientWeightedRoundRobinTest {
    private static final WeightRules RULES = new WeightRules(
            Duration.ofSeconds(10), Duration.ofSeconds(60), Duration.ofSeconds(1), 1, List.of("named_metrics.queue"));
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final Picks picks = new Picks();

    private static LoadBalancer balancer(List<Host> hosts) {
        return BuiltinBalancers.create(
                new BalancerPolicy.ClientWeighted(RULES, Optional.empty(), Optional.empty()), hosts);
    }

    private static LoadReport busy(double cpu, double requests, double errors) {
        return new LoadReport(0, cpu, 0, requests, errors, Map.of());
    }

    private void report(Host host, LoadReport report) {
        host.state().report(report, RULES, picks.now);
    }

    @Test
    void weights_are_requests_per_utilization_to_which_errors_add() {
        assertThat(busy(0.5, 100, 0).weight(RULES)).isCloseTo(200, within(1e-9));
        assertThat(busy(0.5, 100, 50).weight(RULES)).isCloseTo(100, within(1e-9));
        assertThat(new LoadReport(2, 0.5, 0, 100, 0, Map.of("named_metrics.queue", 4.0)).weight(RULES))
                .isCloseTo(50, within(1e-9));
        assertThat(new LoadReport(0, 0.5, 0, 100, 0, Map.of("named_metrics.queue", 4.0)).weight(RULES))
                .isCloseTo(25, within(1e-9));
        assertThat(busy(0, 100, 0).weight(RULES)).isZero();
        assertThat(busy(0.5, 0, 0).weight(RULES)).isZero();
    }

    @Test
    void requests_are_shared_by_reported_weights_once_they_count() {
        var hosts = Picks.hosts(3, 0);
        var balancer = balancer(hosts);
        report(hosts.get(0), busy(0.5, 100, 0)); // 200
        report(hosts.get(1), busy(0.5, 50, 0)); // 100
        report(hosts.get(2), busy(0.5, 50, 50)); // 33.3
        assertThat(picks.counts(balancer, 300))
                .as("in the blackout")
                .allSatisfy((_, count) -> assertThat(count).isBetween(99, 101));
        picks.now += RULES.blackout().toNanos();
        var counts = picks.counts(balancer, 10_000);
        assertThat(counts.get(hosts.get(0))).as("seed " + Picks.SEED).isCloseTo(6_000, within(20));
        assertThat(counts.get(hosts.get(1))).isCloseTo(3_000, within(20));
        assertThat(counts.get(hosts.get(2))).isCloseTo(1_000, within(20));
    }

    @Test
    void a_host_without_a_weight_counts_as_the_median() {
        var hosts = Picks.hosts(4, 0);
        report(hosts.get(0), busy(0.5, 100, 0)); // 200
        report(hosts.get(1), busy(0.5, 50, 0)); // 100
        report(hosts.get(2), busy(1, 25, 0)); // 25
        picks.now += RULES.blackout().toNanos();
        var counts = picks.counts(balancer(hosts), 42_500);
        assertThat(counts.get(hosts.get(3))).isCloseTo(10_000, within(50));
        assertThat(counts.get(hosts.get(2))).isCloseTo(2_500, within(50));
    }

    @Test
    void a_weight_expires_and_then_waits_for_the_blackout_again() {
        var hosts = Picks.hosts(2, 0);
        var state = hosts.get(0).state();
        report(hosts.get(0), busy(0.5, 100, 0));
        picks.now += RULES.blackout().toNanos();
        assertThat(state.reportedWeight(picks.now, RULES)).isEqualTo(200);
        report(hosts.get(0), busy(0, 100, 0)); // says too little, and does not keep the weight alive
        picks.now += RULES.expiration().toNanos() - RULES.blackout().toNanos();
        assertThat(state.reportedWeight(picks.now, RULES)).isZero();
        report(hosts.get(0), busy(0.5, 50, 0));
        picks.now += RULES.blackout().toNanos() - 1;
        assertThat(state.reportedWeight(picks.now, RULES)).isZero();
        picks.now++;
        assertThat(state.reportedWeight(picks.now, RULES)).isEqualTo(100);
    }

    @Test
    void weights_are_computed_anew_now_and_then_only() {
        var hosts = Picks.hosts(2, 0);
        var balancer = balancer(hosts);
        hosts.forEach(host -> report(host, busy(0.5, 100, 0)));
        picks.now += RULES.blackout().toNanos();
        picks.counts(balancer, 2);
        report(hosts.get(0), busy(0.5, 300, 0));
        picks.now += SECOND - 1;
        assertThat(picks.counts(balancer, 1_000).get(hosts.get(0))).isCloseTo(500, within(2));
        picks.now++;
        assertThat(picks.counts(balancer, 1_000).get(hosts.get(0))).isCloseTo(750, within(2));
    }

    @Test
    void utilization_evens_out_among_hosts_of_different_size() {
        var random = new SplittableRandom(Picks.SEED);
        var hosts = Picks.hosts(3, 0);
        var capacities = new double[] {100, 200, 400};
        var balancer = balancer(hosts);
        var busy = new double[3];
        for (int second = 0; second < 120; second++) {
            var counts = picks.counts(balancer, 350);
            for (int i = 0; i < 3; i++) {
                double served = counts.getOrDefault(hosts.get(i), 0);
                busy[i] = served / capacities[i];
                report(hosts.get(i), busy(busy[i] * (0.95 + random.nextDouble() / 10), served, 0));
            }
            picks.now += SECOND;
        }
        for (double each : busy) {
            assertThat(each).as("seed " + Picks.SEED).isCloseTo(0.5, within(0.08));
        }
    }
}
