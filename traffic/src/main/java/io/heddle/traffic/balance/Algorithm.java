package io.heddle.traffic.balance;

/// Draws a place in a fixed list of hosts, without a look at ejections: [TieredBalancer] does that.
interface Algorithm {
    /// An index into the list of hosts that this was made for.
    int draw(PickRequest request);
}
