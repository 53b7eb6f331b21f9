package io.heddle.xds.read.filter;

import io.heddle.xds.read.core.ApiPart;
import java.util.List;

/// What is read of HTTP filters and of what is set for them on routes.
public final class FilterApi {
    /// In the order of `docs/reference/envoy-api.md`.
    public static final List<ApiPart> PARTS = List.of(
            new ApiPart("HTTP filters", FilterReaders.FIELDS),
            new ApiPart("Health checks of the proxy", HealthFilterReader.FIELDS),
            new ApiPart("Adaptive concurrency and admission control", ControllerReader.FIELDS),
            new ApiPart("Role-based access control", RbacReader.FIELDS),
            new ApiPart("Fault injection", FaultReader.FIELDS),
            new ApiPart("Cross-origin requests", CorsReader.FIELDS),
            new ApiPart("Header mutation", HeaderMutationReader.FIELDS),
            new ApiPart("Buffering of requests", BufferReader.FIELDS),
            new ApiPart("Bandwidth limits", BandwidthReader.FIELDS),
            new ApiPart("Figures of gRPC calls", GrpcStatsReader.FIELDS),
            new ApiPart("Compression", CompressionReader.FIELDS),
            new ApiPart("Compression libraries", CodingReader.FIELDS),
            new ApiPart("Local rate limits", LocalRateLimitReader.FIELDS),
            new ApiPart("Global rate limits", RateLimitFilterReader.FIELDS),
            new ApiPart("What of a request is counted", RateLimitReader.FIELDS),
            new ApiPart("Stateful sessions", SessionReader.FIELDS),
            new ApiPart("On-demand discovery", OnDemandReader.FIELDS));

    private FilterApi() {}
}
