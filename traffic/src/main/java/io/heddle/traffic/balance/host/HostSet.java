package io.heddle.traffic.balance.host;

import java.util.List;
import java.util.function.Consumer;

/// The hosts that a balancer is made for, and what it should know besides.
///
/// @param hosts in the order configured
/// @param spread how requests are spread over their priorities and localities
/// @param surroundings what there is outside the cluster
/// @param figures hears what the balancer says of its decisions; any thread, at requests, so it must cost little
public record HostSet(List<Host> hosts, Spread spread, Surroundings surroundings, Consumer<BalancingFigure> figures) {
    public HostSet {
        hosts = List.copyOf(hosts);
    }

    /// Hosts of whose balancing nobody hears.
    public HostSet(List<Host> hosts, Spread spread, Surroundings surroundings) {
        this(hosts, spread, surroundings, _ -> {});
    }

    /// Hosts alone.
    public static HostSet of(List<Host> hosts) {
        return new HostSet(hosts, Spread.DEFAULT, Surroundings.NONE);
    }

    /// Some of these hosts.
    HostSet with(List<Host> some) {
        return new HostSet(some, spread, surroundings, figures);
    }
}
