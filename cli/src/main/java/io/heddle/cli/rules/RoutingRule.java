package io.heddle.cli.rules;

/// Which packets are looked up in the table that delivers them to this machine, whatever their destination (`ip rule`).
public sealed interface RoutingRule {
    /// The number of the routing table.
    int table();

    /// Those that have this mark.
    ///
    /// @param mark the packet mark
    record Marked(int mark, int table) implements RoutingRule {}

    /// Those that this machine sends from a loopback address: an application's answers to its sidecar, which called it
    /// from its client's address. No other packet of that kind has a way to go.
    record FromLoopback(int table) implements RoutingRule {}
}
