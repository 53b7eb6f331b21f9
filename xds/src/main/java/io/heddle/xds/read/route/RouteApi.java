package io.heddle.xds.read.route;

import io.heddle.xds.read.core.ApiPart;
import java.util.List;

/// What is read of route configurations.
public final class RouteApi {
    /// In the order of `docs/reference/envoy-api.md`.
    public static final List<ApiPart> PARTS = List.of(
            new ApiPart("Route configurations", RouteReader.FIELDS),
            new ApiPart("Matchers of virtual hosts", RouteTreeReader.FIELDS),
            new ApiPart("Matches of routes", RouteMatchReader.FIELDS),
            new ApiPart("Actions of routes", RouteActionReader.FIELDS),
            new ApiPart("Clusters of routes", ClusterChoiceReader.FIELDS),
            new ApiPart("Rewrites", RewriteReader.FIELDS),
            new ApiPart("Mirrors", MirrorReader.FIELDS),
            new ApiPart("Internal redirects", InternalRedirectReader.FIELDS),
            new ApiPart("Timeouts of routes", TimeoutsReader.FIELDS),
            new ApiPart("Retries", RetryReader.FIELDS),
            new ApiPart("Hosts of retries", FurtherHostsReader.FIELDS),
            new ApiPart("Circuit breakers of routes", RouteBreakerReader.FIELDS));

    private RouteApi() {}
}
