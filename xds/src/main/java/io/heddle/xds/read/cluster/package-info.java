/// Clusters and their endpoints, read.
///
/// What lives here: how hosts are found, balanced, checked, limited and connected to. What must not: routes, and
/// filters but for the cluster's own part of the dynamic forward proxy. Start reading at
/// [io.heddle.xds.read.cluster.ClusterReader].
@NullMarked
package io.heddle.xds.read.cluster;

import org.jspecify.annotations.NullMarked;
