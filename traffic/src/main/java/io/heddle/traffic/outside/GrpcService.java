package io.heddle.traffic.outside;

import java.time.Duration;
import java.util.List;

/// A gRPC service behind a cluster (Envoy's `core.v3.GrpcService` with `envoy_grpc`).
///
/// @param cluster the cluster whose endpoints serve it; it must speak HTTP/2
/// @param authority the `:authority` of calls; the cluster's name in Envoy when not given
/// @param metadata what every call carries (`initial_metadata`)
/// @param timeout how long a call with one answer may take; zero for no limit. A stream has none.
/// @param largestMessage bytes of the largest message that is taken; a larger one ends its call
public record GrpcService(
        String cluster, String authority, List<Metadata> metadata, Duration timeout, int largestMessage) {
    public GrpcService {
        metadata = List.copyOf(metadata);
    }

    /// One entry of a call's metadata.
    ///
    /// @param key lower case; what ends with `-bin` has a value in Base64
    /// @param value printable ASCII
    public record Metadata(String key, String value) {}
}
