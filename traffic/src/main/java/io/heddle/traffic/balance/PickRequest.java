package io.heddle.traffic.balance;

/// What a balancer may ask while it picks.
public interface PickRequest {
    /// A number drawn evenly; each call draws anew.
    long chance();

    /// The time of a monotonic clock, in nanoseconds.
    long now();

    /// Whether this request was tried there already and should go elsewhere if it can.
    boolean tried(Host host);
}
