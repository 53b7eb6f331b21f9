package io.heddle.traffic.balance;

import io.heddle.traffic.balance.host.Host;
import java.util.Optional;

/// Picks the host for a request. Built anew for every set of hosts; safe on any thread; picking allocates nothing.
public interface LoadBalancer {
    /// The host to take; empty when there is none. The same Optional stands for a host on every pick.
    Optional<Host> pick(PickRequest request);

    /// As [#pick], but empty where only a last resort is left: a host that is unhealthy, drains or is ejected.
    Optional<Host> pickInService(PickRequest request);
}
