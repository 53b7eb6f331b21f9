package io.heddle.xds.read.cluster;

import io.heddle.xds.read.core.ApiPart;
import java.util.List;

/// What is read of clusters and their endpoints.
public final class ClusterApi {
    /// In the order of `docs/reference/envoy-api.md`.
    public static final List<ApiPart> PARTS = List.of(
            new ApiPart("Clusters", ClusterReader.FIELDS),
            new ApiPart("Circuit breakers", BreakerReader.FIELDS),
            new ApiPart("Health of hosts", HealthReader.FIELDS),
            new ApiPart("Active health checks", HealthCheckReader.FIELDS),
            new ApiPart("Balancing", BalancerReader.FIELDS),
            new ApiPart("Balancing policies", BalancingPolicyReader.FIELDS),
            new ApiPart("Balancing by load and latency", LoadAwareReader.FIELDS),
            new ApiPart("Subsets", SubsetReader.FIELDS),
            new ApiPart("Types of clusters", ClusterTypeReader.FIELDS),
            new ApiPart("Dynamic forward proxies", DynamicForwardReader.FIELDS),
            new ApiPart("Resolution of names", DnsReader.FIELDS),
            new ApiPart("Opening of connections", OpeningReader.FIELDS),
            new ApiPart("Endpoints", EndpointReader.FIELDS));

    private ClusterApi() {}
}
