package io.heddle.traffic.balance;

import io.heddle.traffic.balance.host.Host;
import java.util.List;

/// The faster of two hosts drawn by weight: the one whose expected latency is lower, which is the
/// peak-sensitive average of its latency ([io.heddle.traffic.balance.host.HostState#latency]) times the requests that
/// it would have under way (Finagle's `PeakEwma`, Linkerd's and Envoy's `peak_ewma`), where those it has count by its
/// weight. Of equals the first drawn is taken, so that an idle cluster is used by weight.
final class PeakEwma implements Algorithm {
    private final List<Host> hosts;
    private final WeightedDraw draw;
    private final long decay;
    private final double unknown;
    private final double[] loads;

    PeakEwma(List<Host> hosts, BalancerPolicy.PeakEwma policy) {
        this.hosts = hosts;
        this.draw = new WeightedDraw(hosts);
        this.decay = policy.decay().toNanos();
        this.unknown = policy.defaultLatency().toNanos();
        double mean = hosts.stream()
                .mapToInt(host -> host.endpoint().weight())
                .average()
                .orElse(1);
        this.loads = hosts.stream()
                .mapToDouble(host -> mean / host.endpoint().weight())
                .toArray();
    }

    @Override
    public int draw(PickRequest request, int turn) {
        int first = draw.index(request.chance());
        if (hosts.size() < 2) {
            return first;
        }
        int second = draw.index(request.chance());
        if (second == first) {
            second = second + 1 == hosts.size() ? 0 : second + 1;
        }
        long now = request.now();
        return cost(second, now) < cost(first, now) ? second : first;
    }

    private double cost(int index, long now) {
        var state = hosts.get(index).state();
        return state.latency(now, decay, unknown) * (state.active() * loads[index] + 1);
    }
}
