package io.heddle.proxy.upstream;

import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.explain.Clusters;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The clusters that a proxy has in use, for explanations: with their hosts as they are now, and picked among as
/// requests do. A pick takes its turn where a balancer goes round; no request is counted. Safe on any thread.
///
/// @param upstreams the clusters
public record LiveClusters(Upstreams upstreams) implements Clusters {
    @Override
    public Optional<Known> cluster(String name) {
        return upstreams
                .cluster(name)
                .map(found -> new Known(found.cluster(), hosts(found).toList(), found::pick));
    }

    /// Its own, or those of the clusters that it is made of.
    private static Stream<Host> hosts(UpstreamCluster cluster) {
        List<UpstreamCluster> parts = cluster.parts();
        return Stream.concat(cluster.hosts().values().stream(), parts.stream().flatMap(LiveClusters::hosts));
    }
}
