package io.heddle.proxy.grpc;

import io.heddle.traffic.outside.GrpcService;
import java.time.Duration;
import java.util.List;

/// What is called, and how.
///
/// @param service where
/// @param path `/package.Service/Method`
/// @param metadata what this call carries beside what every call to the service does
/// @param timeout the deadline of this call; zero for none. The server is told (`grpc-timeout`).
public record GrpcRequest(GrpcService service, String path, List<GrpcService.Metadata> metadata, Duration timeout) {
    public GrpcRequest {
        metadata = List.copyOf(metadata);
    }

    /// A stream, which has no deadline.
    public static GrpcRequest stream(GrpcService service, String path) {
        return new GrpcRequest(service, path, List.of(), Duration.ZERO);
    }
}
