package io.heddle.traffic.balance;

import java.util.List;

/// The least busy of a few hosts drawn by weight (the power of two choices).
///
/// Busy means requests under way per weight; of equals the first drawn is taken, so that an idle cluster is used by
/// weight. The draws are of different hosts: with two hosts the less busy one is always taken. Differs from Envoy,
/// which with unequal weights goes round robin by weight over activity.
final class LeastRequest implements Algorithm {
    private final List<Host> hosts;
    private final WeightedDraw draw;
    private final int choices;

    LeastRequest(List<Host> hosts, int choices) {
        this.hosts = hosts;
        this.draw = new WeightedDraw(hosts);
        this.choices = Math.min(choices, hosts.size());
    }

    @Override
    public int draw(PickRequest request) {
        int best = draw.index(request.chance());
        int last = best;
        for (int i = 1; i < choices; i++) {
            int other = draw.index(request.chance());
            if (other == last) {
                other = other + 1 == hosts.size() ? 0 : other + 1;
            }
            last = other;
            if (load(other, best) < load(best, other)) {
                best = other;
            }
        }
        return best;
    }

    /// The load of `index`, multiplied by the weight of `against` so that two loads compare without a division.
    private long load(int index, int against) {
        return (long) hosts.get(index).state().active()
                * hosts.get(against).endpoint().weight();
    }
}
