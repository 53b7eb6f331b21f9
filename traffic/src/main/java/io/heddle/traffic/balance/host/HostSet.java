package io.heddle.traffic.balance.host;

import java.util.List;

/// The hosts that a balancer is made for, and what it should know besides.
///
/// @param hosts in the order configured
/// @param spread how requests are spread over their priorities and localities
/// @param surroundings what there is outside the cluster
public record HostSet(List<Host> hosts, Spread spread, Surroundings surroundings) {
    public HostSet {
        hosts = List.copyOf(hosts);
    }

    /// Hosts alone.
    public static HostSet of(List<Host> hosts) {
        return new HostSet(hosts, Spread.DEFAULT, Surroundings.NONE);
    }

    /// Some of these hosts.
    HostSet with(List<Host> some) {
        return new HostSet(some, spread, surroundings);
    }
}
