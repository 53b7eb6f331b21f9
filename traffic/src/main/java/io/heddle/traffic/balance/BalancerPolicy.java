package io.heddle.traffic.balance;

/// Which algorithm balances a cluster.
public sealed interface BalancerPolicy {
    /// In turn, by weight.
    record RoundRobin() implements BalancerPolicy {}

    /// The least busy of a few drawn at random (Envoy's `LEAST_REQUEST`).
    ///
    /// @param choices how many are drawn, at least 2
    record LeastRequest(int choices) implements BalancerPolicy {}

    /// At random, by weight.
    record Random() implements BalancerPolicy {}
}
