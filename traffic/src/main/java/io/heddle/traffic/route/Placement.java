package io.heddle.traffic.route;

import io.heddle.traffic.hash.HashPolicy;
import java.util.List;

/// What of a route says which host of its cluster takes a request. Which subset of the hosts comes into question is
/// said by [ClusterChoice.Target#match].
///
/// @param hash what of the request is hashed, for clusters that balance by it (`hash_policy`)
public record Placement(List<HashPolicy> hash) {
    /// Any host.
    public static final Placement ANYWHERE = new Placement(List.of());

    public Placement {
        hash = List.copyOf(hash);
    }
}
