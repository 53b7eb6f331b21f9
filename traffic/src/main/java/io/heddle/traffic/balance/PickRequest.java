package io.heddle.traffic.balance;

import java.net.InetSocketAddress;
import java.util.Optional;

/// What a balancer may ask while it picks.
public interface PickRequest {
    /// A number drawn evenly; each call draws anew.
    long chance();

    /// The time of a monotonic clock, in nanoseconds.
    long now();

    /// Whether this request was tried there already and should go elsewhere if it can.
    boolean tried(Host host);

    /// Where the client wanted to go, when its connection was intercepted; only a cluster of original destinations
    /// asks.
    default Optional<InetSocketAddress> destination() {
        return Optional.empty();
    }
}
