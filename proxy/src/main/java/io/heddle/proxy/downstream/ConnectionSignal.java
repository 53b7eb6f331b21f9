package io.heddle.proxy.downstream;

/// What a connection's handlers are told from outside, as a user event of its pipeline.
public enum ConnectionSignal {
    /// Its chain is going away: it ends when it has answered what it has begun.
    DRAIN
}
