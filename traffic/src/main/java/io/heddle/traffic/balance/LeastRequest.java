package io.heddle.traffic.balance;

import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.layer.RuntimeNumber;
import java.util.List;

/// The least busy of a few hosts drawn by weight (the power of two choices), or of all.
///
/// Busy means requests under way, by the power of the bias, per weight; of equals the first drawn is taken, so that
/// an idle cluster is used by weight. The draws are of different hosts: with two hosts the less busy one is always
/// taken. Differs from Envoy, which with unequal weights goes round robin by weight over activity.
final class LeastRequest implements Algorithm {
    private static final double MOST = 1000;

    private final List<Host> hosts;
    private final WeightedDraw draw;
    private final int choices;
    private final RuntimeNumber bias;

    LeastRequest(List<Host> hosts, int choices, RuntimeNumber bias) {
        this.hosts = hosts;
        this.draw = new WeightedDraw(hosts);
        this.choices = choices;
        this.bias = bias;
    }

    @Override
    public int draw(PickRequest request, int turn) {
        int best = draw.index(request.chance());
        double power = power(request);
        return choices >= hosts.size() && hosts.size() > 2
                ? leastOfAll(best, power)
                : leastOfSome(request, best, power);
    }

    /// The bias; a runtime that says less than nothing counts as 1, as in Envoy.
    private double power(PickRequest request) {
        double said = bias.value(request.runtime());
        return said < 0 ? 1 : Math.min(said, MOST);
    }

    private int leastOfSome(PickRequest request, int first, double power) {
        int best = first;
        int last = first;
        int wanted = Math.min(choices, hosts.size());
        for (int i = 1; i < wanted; i++) {
            int other = draw.index(request.chance());
            if (other == last) {
                other = other + 1 == hosts.size() ? 0 : other + 1;
            }
            last = other;
            if (isLess(other, best, power)) {
                best = other;
            }
        }
        return best;
    }

    private int leastOfAll(int first, double power) {
        int best = first;
        int at = first;
        for (int i = 1; i < hosts.size(); i++) {
            at = at + 1 == hosts.size() ? 0 : at + 1;
            if (isLess(at, best, power)) {
                best = at;
            }
        }
        return best;
    }

    private boolean isLess(int one, int other, double power) {
        int oneActive = hosts.get(one).state().active();
        int otherActive = hosts.get(other).state().active();
        int oneWeight = hosts.get(one).endpoint().weight();
        int otherWeight = hosts.get(other).endpoint().weight();
        if (power == 1) {
            return (long) oneActive * otherWeight < (long) otherActive * oneWeight;
        }
        return Math.pow(oneActive, power) * otherWeight < Math.pow(otherActive, power) * oneWeight;
    }
}
