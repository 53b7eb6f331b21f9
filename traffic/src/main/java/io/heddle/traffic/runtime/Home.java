package io.heddle.traffic.runtime;

import io.heddle.model.name.Locality;

/// Where a proxy runs, for balancing that looks at localities.
///
/// @param locality where (the bootstrap's `node.locality`)
/// @param cluster the cluster whose hosts are all proxies of its kind, this one among them (`cluster_manager`:
///     `local_cluster_name`); empty when there is none
public record Home(Locality locality, String cluster) {
    public static final Home UNKNOWN = new Home(Locality.UNKNOWN, "");
}
