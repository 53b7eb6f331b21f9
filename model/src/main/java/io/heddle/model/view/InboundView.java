package io.heddle.model.view;

import io.heddle.model.resource.AccessPolicy;
import io.heddle.model.resource.PeerPolicy;
import java.util.List;

/// What a proxy enforces on requests to its own application.
///
/// @param mode whether plaintext is taken; never UNSET
/// @param policies the access policies that select this workload, sorted by object
public record InboundView(PeerPolicy.Mode mode, List<AccessPolicy> policies) {
    public InboundView {
        policies = List.copyOf(policies);
    }
}
