package io.heddle.traffic.explain;

import io.heddle.traffic.layer.RuntimeSnapshot;
import io.heddle.traffic.route.RouteFacts;

/// What routes may ask of a call beside its head. One draw stands for chance at all routes, so that it does not
/// matter which of them ask.
record CallFacts(Heads.Received.Taken taken, boolean certificate, long chance, RuntimeSnapshot runtime)
        implements RouteFacts {
    @Override
    public boolean https() {
        return taken.https();
    }

    @Override
    public boolean internal() {
        return taken.internal();
    }

    @Override
    public boolean among(int numerator, int denominator) {
        return Math.unsignedMultiplyHigh(chance, denominator) < numerator;
    }
}
