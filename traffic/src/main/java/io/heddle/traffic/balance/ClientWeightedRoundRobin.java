package io.heddle.traffic.balance;

import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.balance.host.WeightRules;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// Every host in turn, by the weights that their reports of their load mean
/// ([io.heddle.traffic.balance.host.LoadReport]).
///
/// Weights are computed anew now and then, by the pick that comes first when it is time; the others go on by those
/// before. A host without a weight of its own counts as the median of those that have one. As long as nobody has one,
/// the configured weights count.
final class ClientWeightedRoundRobin implements Algorithm {
    private final List<Host> hosts;
    private final WeightRules rules;
    private final AtomicInteger sequence = new AtomicInteger();
    private final AtomicLong due = new AtomicLong();
    private final Strides configured;
    private volatile Strides strides;
    private volatile boolean started;

    ClientWeightedRoundRobin(List<Host> hosts, WeightRules rules) {
        this.hosts = hosts;
        this.rules = rules;
        this.configured = Strides.of(
                hosts.stream().mapToDouble(host -> host.endpoint().weight()).toArray());
        this.strides = configured;
    }

    @Override
    public int draw(PickRequest request, int turn) {
        if (turn == 0) {
            long now = request.now();
            if (!started) {
                started = true;
                sequence.set((int) request.chance());
                due.set(now + rules.update().toNanos());
                strides = compute(now);
            }
            long at = due.get();
            if (now - at >= 0 && due.compareAndSet(at, now + rules.update().toNanos())) {
                strides = compute(now);
            }
        }
        return strides.next(sequence);
    }

    private Strides compute(long now) {
        var weights = new double[hosts.size()];
        int known = 0;
        for (int i = 0; i < weights.length; i++) {
            weights[i] = hosts.get(i).state().reportedWeight(now, rules);
            known += weights[i] > 0 ? 1 : 0;
        }
        if (known == 0) {
            return configured;
        }
        if (known < weights.length) {
            var sorted =
                    Arrays.stream(weights).filter(weight -> weight > 0).sorted().toArray();
            double median = (sorted[(known - 1) / 2] + sorted[known / 2]) / 2;
            for (int i = 0; i < weights.length; i++) {
                weights[i] = weights[i] > 0 ? weights[i] : median;
            }
        }
        return Strides.of(weights);
    }
}
