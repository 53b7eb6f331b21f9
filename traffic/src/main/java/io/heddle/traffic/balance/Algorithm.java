package io.heddle.traffic.balance;

/// Draws a place in a fixed list of hosts, without a look at health: [Pool] does that.
interface Algorithm {
    /// An index into the list of hosts that this was made for.
    ///
    /// @param turn how often this pick has drawn before; an algorithm that always draws the same for a request goes
    ///     on from there
    int draw(PickRequest request, int turn);
}
