package io.heddle.traffic.balance;

import io.heddle.traffic.balance.host.Host;
import java.util.List;

/// Any host at random, by weight.
final class RandomChoice implements Algorithm {
    private final WeightedDraw draw;

    RandomChoice(List<Host> hosts) {
        this.draw = new WeightedDraw(hosts);
    }

    @Override
    public int draw(PickRequest request, int turn) {
        return draw.index(request.chance());
    }
}
