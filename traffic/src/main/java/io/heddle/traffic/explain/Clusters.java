package io.heddle.traffic.explain;

import io.heddle.traffic.balance.PickRequest;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.runtime.Cluster;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Where an explanation finds clusters: those of a configuration alone, or those that a proxy has in use.
public interface Clusters {
    /// The cluster called `name`, if there is one.
    Optional<Known> cluster(String name);

    /// A cluster with its hosts.
    ///
    /// @param cluster as configured
    /// @param hosts those known now
    /// @param pick picks one of them, as the proxy does
    record Known(Cluster cluster, List<Host> hosts, Function<PickRequest, Optional<Host>> pick) {
        public Known {
            hosts = List.copyOf(hosts);
        }
    }
}
