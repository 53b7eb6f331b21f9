package io.heddle.traffic.balance;

import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.hash.HashPolicy;
import java.util.List;
import java.util.Optional;

/// Another balancer as part of an [AggregateBalancer]: has the request hashed as its own cluster says, else as the
/// route does.
public final class HashedBalancer implements LoadBalancer {
    private final List<HashPolicy> policies;
    private final LoadBalancer of;

    /// `of`, by `policies`; empty for as the route says.
    public HashedBalancer(List<HashPolicy> policies, LoadBalancer of) {
        this.policies = List.copyOf(policies);
        this.of = of;
    }

    @Override
    public Optional<Host> pick(PickRequest request) {
        request.hashBy(policies);
        return of.pick(request);
    }

    @Override
    public Optional<Host> pickInService(PickRequest request) {
        request.hashBy(policies);
        return of.pickInService(request);
    }
}
