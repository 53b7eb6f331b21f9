package io.heddle.traffic.balance.host;

import io.heddle.model.name.Locality;
import java.util.Map;
import java.util.function.LongSupplier;

/// What a balancer may know of what there is outside its hosts.
///
/// @param own where the proxy runs
/// @param peers how many proxies such as this one run where: the hosts of the local cluster by locality; empty when
///     there
///     is none
/// @param peerWeights the sum of their weights by locality
/// @param active how many requests the cluster has under way
public record Surroundings(
        Locality own, Map<Locality, Long> peers, Map<Locality, Long> peerWeights, LongSupplier active) {
    public static final Surroundings NONE = new Surroundings(Locality.UNKNOWN, Map.of(), Map.of(), () -> 0);

    public Surroundings {
        peers = Map.copyOf(peers);
        peerWeights = Map.copyOf(peerWeights);
    }
}
